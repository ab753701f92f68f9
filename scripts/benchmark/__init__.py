"""Measures the app from outside, as a person and a machine meet it: `scripts/bench`. Results: docs/performance.md.

`processes`, `tab`, `crowd` and `stored` set the scene; each `measure_*` file holds one group of measures, which
`__main__` lists.
"""
