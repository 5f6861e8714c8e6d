"""What the model sees of one flight, at the moment of decision."""

TAKEN = ["carrier", "origin", "dest", "hour", "distance", "temp", "humid", "wind_speed", "precip", "pressure", "visib", "seats", "engine"]


def features(row):
    return row.select(
        *TAKEN,
        weekday=row.local_day.day_of_week.index(),
        plane_age=row.local_day.year() - row.built,
        dew_spread=row.temp - row.dewp,
    )
