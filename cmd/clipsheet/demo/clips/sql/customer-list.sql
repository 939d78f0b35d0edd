-- Every customer, with what they subscribe to now. external_id has 18 digits and stays text on its way to a
-- spreadsheet, which would round it as a number.
select c.account_no, c.external_id, c.name, c.email, co.name as country, co.region, c.channel,
       c.signed_up_at::date as signed_up_on, c.churned_on, s.plan, s.currency, s.monthly_amount, c.iban
from customers c
join countries co on co.code = c.country
left join lateral (
    select plan, currency, monthly_amount
    from subscriptions
    where customer_id = c.id and started_on <= current_date and (ended_on is null or ended_on > current_date)
    order by started_on desc
    limit 1
) s on true
order by c.account_no
