# John's report: the largest order of the week.
awk -F, 'NR > 1 && $2 > most { most = $2 } END { print "largest:", most }' /report/orders.csv
