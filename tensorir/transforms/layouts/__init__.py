"""The choice of layouts, after dispatches are formed and devices have answered."""
