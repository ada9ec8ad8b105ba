"""How well people read: quality, exams, studies, hidden test cases."""
