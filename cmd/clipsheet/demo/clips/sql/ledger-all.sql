-- The whole ledger: some 300,000 rows. A spreadsheet takes fewer; a notebook or a warehouse takes them all.
select p.id as posting, e.id as entry, p.line, e.booked_on, e.kind, e.memo, p.account, p.currency, p.amount, e.invoice_id,
       e.payment_id
from postings p
join entries e on e.id = p.entry_id
order by p.id
