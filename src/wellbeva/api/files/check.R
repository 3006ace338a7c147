# Checks the tables in this folder against base R and, as far as they are installed, BCEA, dampack and voi:
#   install.packages(c("BCEA", "dampack", "voi"))
#   Rscript check.R        in this folder; it ends with status 1 if a number differs

read <- function(name) read.csv(paste0(name, ".csv"), check.names = FALSE, encoding = "UTF-8", na.strings = "")
costs <- as.matrix(read("costs"))
effects <- as.matrix(read("effects"))[, colnames(costs)]
options <- colnames(costs)
codes <- paste0("o", seq_along(options))  # for packages that change names
ceac <- read("ceac")
evpi <- read("evpi")
loss <- read("expected_loss")
pairs <- read("cost_effective")
incremental <- read("incremental")
wtp <- evpi$wtp
comparator <- setdiff(options, pairs$option)
chance <- 1e-6
money <- 1e-9 * (max(abs(costs)) + max(wtp) * max(abs(effects)))
failed <- 0

# Prints both sides where they lie farthest apart.
compare <- function(package, number, of, ours, theirs, within) {
  gap <- ifelse(is.na(ours) & is.na(theirs), 0, ifelse(is.na(ours) | is.na(theirs), Inf, abs(ours - theirs)))
  at <- which.max(gap / within)
  if (!length(at)) return(invisible())
  agree <- all(gap <= within)
  failed <<- failed + !agree
  cat(sprintf("%-8s %-25s %5d compared, ours %13.7g, theirs %13.7g %-7s %s\n", package, number, length(ours), ours[at],
              theirs[at], if (agree) "agree" else "DIFFER", of[at]))
}
benefit <- function(k) k * effects - costs
highest <- function(k) do.call(pmax, lapply(options, function(option) benefit(k)[, option]))
# One number for each threshold and option of a table, from a function of the threshold.
by_option <- function(table, at) unlist(lapply(unique(table$wtp), function(k) at(k)[table$option[table$wtp == k]]))
where <- function(table) paste("at", table$wtp, table$option)

compare("base R", "mean cost", incremental$option, incremental$cost, colMeans(costs)[incremental$option], money)
compare("base R", "mean effect", incremental$option, incremental$effect, colMeans(effects)[incremental$option],
        1e-9 * max(abs(effects)))
best <- function(k) benefit(k) == highest(k)
compare("base R", "chance of being best", where(ceac), ceac$prob_best,
        by_option(ceac, function(k) colMeans(best(k) / rowSums(best(k)))), chance)
compare("base R", "expected loss", where(loss), loss$expected_loss,
        by_option(loss, function(k) colMeans(highest(k) - benefit(k))), money)
compare("base R", "EVPI", paste("at", wtp), evpi$evpi,
        sapply(wtp, function(k) mean(highest(k)) - max(colMeans(benefit(k)))), money)

# A draw in which options tie is shared between them by us; other packages count it for each or for any.
sure <- ceac$wtp %in% wtp[!sapply(wtp, function(k) any(rowSums(best(k)) > 1))]
if (requireNamespace("BCEA", quietly = TRUE)) {
  grid <- sort(unique(c(wtp, max(wtp) + 1)))  # of a single threshold BCEA makes no curve
  # BCEA's "reference" is the option ASSESSED and its "comparator" what that is held against: ref = 1 is the option.
  assess <- function(option, against)
    BCEA::bcea(eff = effects[, c(option, against)], cost = costs[, c(option, against)], ref = 1,
               interventions = c("assessed", "against"), k = grid)
  for (option in setdiff(options, comparator)) {
    ours <- pairs[pairs$option == option, ]
    ours <- ours[!sapply(ours$wtp, function(k) any(benefit(k)[, option] == benefit(k)[, comparator])), ]
    compare("BCEA", "chance beside comparator", where(ours), ours$prob_cost_effective,
            as.vector(assess(option, comparator)$ceac)[match(ours$wtp, grid)], chance)
  }
  steps <- incremental[incremental$status == "frontier", ]
  for (row in seq_len(nrow(steps))[-1])
    compare("BCEA", "cost for one more", steps$option[row], steps$icer[row],
            assess(steps$option[row], steps$option[row - 1])$ICER, 1e-6 * abs(steps$icer[row]))
  he <- BCEA::bcea(eff = effects, cost = costs, ref = 1, interventions = codes, k = grid)
  compare("BCEA", "EVPI", paste("at", wtp), evpi$evpi, he$evi[match(wtp, grid)], money)
  shares <- BCEA::multi.ce(he)$p_best_interv
  compare("BCEA", "chance of being best", where(ceac)[sure], ceac$prob_best[sure],
          by_option(ceac, function(k) setNames(shares[match(k, grid), ], options))[sure], chance)
}
if (requireNamespace("dampack", quietly = TRUE)) {
  psa <- dampack::make_psa_obj(cost = as.data.frame(costs), effectiveness = as.data.frame(effects), strategies = codes)
  compare("dampack", "EVPI", paste("at", wtp), evpi$evpi, dampack::calc_evpi(psa = psa, wtp = wtp)$EVPI, money)
  ratios <- dampack::calculate_icers(cost = colMeans(costs), effect = colMeans(effects), strategies = codes)
  ours <- incremental[incremental$status != "tied", ]
  compare("dampack", "cost for one more", ours$option, ours$icer,
          ratios$ICER[match(codes[match(ours$option, options)], ratios$Strategy)], 1e-6 * max(abs(ours$icer), na.rm = TRUE))
  curve <- dampack::ceac(wtp = wtp, psa = psa)
  rows <- match(paste(ceac$wtp, codes[match(ceac$option, options)]), paste(curve$WTP, curve$Strategy))
  # It takes for ties what is nearly one, and draws lots.
  compare("dampack", "chance of being best", where(ceac)[sure], ceac$prob_best[sure], curve$Proportion[rows][sure], 0.001)
}
if (requireNamespace("voi", quietly = TRUE)) {
  known <- voi::evpi(outputs = list(c = costs, e = effects, k = wtp))
  compare("voi", "EVPI", paste("at", wtp), evpi$evpi, if (is.data.frame(known)) known$evpi else known, money)
  if (file.exists("parameters.csv")) {
    inputs <- read("parameters")
    ours <- read("evppi")
    first <- head(unique(ours$parameters[ours$parameters %in% names(inputs)[sapply(inputs, sd) > 0]]), 10)
    ours <- ours[ours$parameters %in% first, ]
    inputs <- setNames(inputs[first], paste0("p", seq_along(first)))
    known <- voi::evppi(outputs = list(c = costs, e = effects, k = unique(ours$wtp)), inputs = inputs,
                        pars = as.list(names(inputs)), method = "gam")
    rows <- match(paste(names(inputs)[match(ours$parameters, first)], ours$wtp), paste(known$pars, known$k))
    # Both are estimates, by other splines: they may differ by what either misses.
    compare("voi", "EVPPI, by a GAM", where(list(wtp = ours$wtp, option = ours$parameters)), ours$evppi,
            known$evppi[rows], pmax(4 * ours$se, 0.05 * max(ours$evppi)))
  }
}
cat(if (failed) paste(failed, "of these differ.\n") else "All that could be compared agrees.\n")
quit(status = as.integer(failed > 0))
