-- How people found us in the last days, and how many of them pay by now.
select channel, count(*) as sign_ups, count(customer_id) as customers,
       round(100.0 * count(customer_id) / count(*), 1) as percent_paying,
       round(100.0 * count(*) / sum(count(*)) over (), 1) as percent_of_all
from signups
where signed_up_at >= current_date - :days::int
group by channel
order by sign_ups desc, channel
