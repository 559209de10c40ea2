"""How long things take inside a cluster, in simulated seconds."""

from emulators.azure.latency import Duration

SMALL_IMAGE_PULL = Duration(2, 4, 8)
INFERENCE_IMAGE_PULL = Duration(60, 85, 120)
POD_SANDBOX = Duration(0.8, 1.5, 3)
CONTAINER_START = Duration(0.3, 0.6, 1.2)
MODEL_LOAD = Duration(20, 35, 60)
POD_STOP = Duration(1, 2, 4)
CONFIG_MAP_SYNC = Duration(20, 60, 90)
"""The kubelet's sync period of a minute and the delay of its cache of ConfigMaps."""
CONFIGURATION_RETRY_SECONDS = 10.0
"""Between two looks at a container that cannot be created: the kubelet's sync of a pod."""
SECRET_ROTATION_SECONDS = 120.0
"""How often the Secrets Store CSI driver reads secrets again: the default of AKS's add-on."""
MOUNT_RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 122.0)
DEVICE_PLUGIN_REGISTRATION = Duration(3, 5, 10)

GPU_NODE_BOOT = Duration(180, 330, 600)
"""Zero to one takes 3 to 10 minutes; recorded GPU pools had a tail up to 26 minutes."""

NODE_BOOT = Duration(135, 192, 242)
NODE_BECOMES_READY = Duration(8, 15, 25)
AUTOSCALER_SCAN = Duration(4, 10, 10)
SCALE_DOWN_UNNEEDED_SECONDS = 600.0
SCALE_DOWN_DELAY_AFTER_ADD_SECONDS = 600.0
SCALE_UP_BACKOFF_SECONDS = (300.0, 600.0, 1200.0, 1800.0)
NODE_DELETION = Duration(20, 40, 75)

LOAD_BALANCER = Duration(30, 45, 90)
PRIVATE_LINK_SERVICE = Duration(10, 10, 11)
LOAD_BALANCER_RELEASE = Duration(8, 15, 30)
SERVICE_RETRY_SECONDS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)

PULL_BACKOFF_SECONDS = (10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
CREATION_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
NODE_MONITOR_GRACE_SECONDS = 40.0
"""Until a node that reports nothing is Unknown."""
UNREACHABLE_TOLERATION_SECONDS = 300.0
"""Until the pods of such a node are deleted: the default of every pod."""
SPOT_NOTICE_SECONDS = 30.0
CRASH_BACKOFF_SECONDS = (10.0, 20.0, 40.0, 80.0, 160.0, 300.0)


def step(delays: tuple[float, ...], attempt: int) -> float:
    """The delay of the nth attempt (from 0) of a growing series that ends in its last value."""
    return delays[min(attempt, len(delays) - 1)]
