"""What is known before a call: parameters get their data, constants leave the launches and are evaluated."""
