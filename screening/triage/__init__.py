"""What happens to the patient now: the evidence gathered, the rules asked, one decision written, a specialist asked."""
