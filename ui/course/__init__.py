"""The learner's path: questions that the run answers, the steps of the course, their checks."""
