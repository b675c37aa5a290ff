# Maggie's report: the visitors of the busiest day.
awk -F, 'NR > 1 && $2 > most { most = $2 } END { print "busiest:", most }' /report/visitors.csv
