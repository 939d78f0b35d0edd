// As the documentation of pg has rows read one by one, and csv-stringify's has them written.
const { Client, Query } = require("pg");
const { stringify } = require("csv-stringify");

const [dsn, sql] = process.argv.slice(1);
const client = new Client({ connectionString: dsn });
const csv = stringify({ header: true });
csv.pipe(process.stdout);
client.connect();
const query = client.query(new Query(sql));
query.on("row", (row) => csv.write(row));
query.on("error", (err) => { throw err; });
query.on("end", () => { csv.end(); client.end(); });
