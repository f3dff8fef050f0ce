# Answers timed requests for the tools that live in R, as rivals_worker.py does for those in Python.
# A request is a line of tab-separated fields: x, y, directed edges "A>B C>D", hidden causes "A-B".

tool <- commandArgs(trailingOnly = TRUE)[1]
say <- function(text) {
  cat(text, "\n", sep = "")
  flush(stdout())
}
quoted <- function(text) paste0('"', gsub('(["\\\\])', "\\\\\\1", gsub("[\r\n\t]", " ", text)), '"')
pairs <- function(text, mark) strsplit(strsplit(text, " ", fixed = TRUE)[[1]], mark, fixed = TRUE)

causaleffect_task <- function(x, y, directed, hidden, simplify) {
  # A hidden cause is two edges in opposite directions, marked "U".
  both <- c(directed, hidden, lapply(hidden, rev))
  graph <- igraph::graph_from_edgelist(do.call(rbind, both))
  mark <- rep(c(NA, "U"), c(length(directed), 2 * length(hidden)))
  graph <- igraph::set_edge_attr(graph, "description", value = mark)
  function() tryCatch(
    list(TRUE, causaleffect::causal.effect(y, x, G = graph, expr = TRUE, simp = simplify)),
    error = function(problem) {
      if (!grepl("Not identifiable", conditionMessage(problem))) stop(problem)
      list(FALSE, "")
    }
  )
}

dosearch_task <- function(x, y, directed, hidden) {
  drawn <- function(edges, arrow) vapply(edges, paste, "", collapse = arrow)
  graph <- paste(c(drawn(directed, " -> "), drawn(hidden, " <-> ")), collapse = "\n")
  data <- paste0("p(", paste(unique(unlist(c(directed, hidden, x, y))), collapse = ","), ")")
  query <- paste0("p(", y, "|do(", x, "))")
  function() {
    found <- dosearch::dosearch(data, query, graph)
    list(found$identifiable, if (found$identifiable) found$formula else "")
  }
}

task <- function(fields) {
  directed <- pairs(fields[3], ">")
  hidden <- pairs(fields[4], "-")
  switch(tool,
    "causaleffect" = causaleffect_task(fields[1], fields[2], directed, hidden, FALSE),
    "causaleffect, simplified" = causaleffect_task(fields[1], fields[2], directed, hidden, TRUE),
    "dosearch" = dosearch_task(fields[1], fields[2], directed, hidden)
  )
}

answer <- function(fields) {
  ask <- task(fields)
  now <- Sys.time()
  found <- ask()
  seconds <- as.numeric(difftime(Sys.time(), now, units = "secs"))
  sprintf('{"seconds": %.9f, "answer": %s, "formula": %s}', seconds,
    if (found[[1]]) "true" else "false", quoted(found[[2]]))
}

failed <- function(problem) sprintf('{"error": %s}', quoted(conditionMessage(problem)))
ready <- tryCatch({
  answer(c("X", "Y", "X>Y", "")) # loading packages is not what is timed
  '{"ready": true}'
}, error = failed)
say(ready)
requests <- file("stdin", "r")
while (length(line <- readLines(requests, n = 1)) > 0) {
  fields <- c(strsplit(line, "\t", fixed = TRUE)[[1]], "", "")[1:4]
  say(tryCatch(answer(fields), error = failed))
}
