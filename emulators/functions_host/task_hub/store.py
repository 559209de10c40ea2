"""All tables of the task hub in one place."""

from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.entity_table import Entities
from emulators.functions_host.task_hub.instance_table import Instances
from emulators.functions_host.task_hub.message_tables import Activities, Inbox, Schedule


class Store:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.instances = Instances(database.connection)
        self.inbox = Inbox(database.connection)
        self.schedule = Schedule(database.connection)
        self.activities = Activities(database.connection)
        self.entities = Entities(database.connection)
