"""A small vision transformer on scans of handwritten digits, and what each of its parts is worth.

The scans are the 1797 of the UCI archive that scikit-learn ships (Alpaydin & Kaynak 1998).
"""
