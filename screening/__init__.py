"""The patient's path, room by room: who is doing what now?"""
