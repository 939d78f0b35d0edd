# As psycopg2's documentation has large results read, and csv's has them written.
import csv
import sys

import psycopg2

with psycopg2.connect(sys.argv[1]) as connection, connection.cursor("bench") as cursor:
    cursor.itersize = 10_000
    cursor.execute(sys.argv[2])
    rows = iter(cursor)
    first = next(rows)
    out = csv.writer(sys.stdout)
    out.writerow(column.name for column in cursor.description)
    out.writerow(first)
    out.writerows(rows)
