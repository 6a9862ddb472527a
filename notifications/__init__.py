"""notifications (通知): who is told what, by which channel.

Hears nearly every event of the rooms below (``events.HEARD``, one row for each telling). For each it asks
``queries.scene_of`` what the event is about and who is meant, and writes a notice, and a message for each
channel that the person wants. The words are made when they are read (``templates/notifications/<kind>/``).
Announces what became of messages, and what people chose (``events``).
"""
