# Object columns came with the loggers of the first series.
OBJECT_COLUMNS = True
PLAIN_COLUMNS = False

MAX_UPLOAD = 50 * 1024 * 1024
