"""After the answer: what the field worker has to do, and did she go?"""
