"""What labs need beforehand: found out from the content, collected into a bundle, brought to the student.

Wheels and base images; a conda channel and a guest's image come with the labs that need them.
"""
