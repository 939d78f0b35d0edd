-- What came in today, the oldest first, so that a log can be added to from below. The processor's reference is longer
-- than a spreadsheet's numbers: it stays text there.
select p.id as payment, p.received_at, c.name as customer, p.method, p.currency, p.amount, p.processor_ref as reference
from payments p
join invoices i on i.id = p.invoice_id
join customers c on c.id = i.customer_id
where p.received_at >= :since
order by p.id
