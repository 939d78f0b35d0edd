"""Prints the cells of a workbook as openpyxl reads them: one JSON array [tab, cell, kind, value, format] a line."""
import datetime
import json
import sys

import openpyxl
from openpyxl.utils.escape import unescape

epoch = datetime.datetime(1899, 12, 30)
book = openpyxl.load_workbook(sys.argv[1])
for tab in book:
    for row in tab.iter_rows():
        for cell in row:
            value, kind = cell.value, "number"
            if value is None and cell.data_type != "inlineStr":
                continue
            if isinstance(value, bool):
                kind = "boolean"
            elif isinstance(value, str) and cell.data_type == "f":
                kind = "formula"
            elif isinstance(value, str) or value is None:
                kind, value = "text", unescape(value or "")  # openpyxl leaves ST_Xstring to the caller
            elif isinstance(value, datetime.timedelta):
                value = value / datetime.timedelta(days=1)
            elif isinstance(value, datetime.datetime):
                value = (value - epoch) / datetime.timedelta(days=1)
            elif isinstance(value, datetime.time):
                value = (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
            print(json.dumps([tab.title, cell.coordinate, kind, value, cell.number_format]))
