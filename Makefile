# `make X` is `.ci/run X`; `make help` lists what there is.
TARGETS := $(or $(MAKECMDGOALS),help)
.PHONY: $(TARGETS)
$(TARGETS): ; @bash .ci/run $@
