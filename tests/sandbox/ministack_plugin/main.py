"""Starts MiniStack with the resource types that the sandbox's overlay owns.

MiniStack's CloudFormation provisions these types by calling the overlay, which models them, instead of keeping them
itself: every create, update and delete is one POST to PARAMEDIC_OVERLAY_URL + "/_overlay/cloudformation", answered with
{"physical_id", "attributes"} or {"error"}. Everything else is MiniStack's own; of functions and their roles the overlay is
told in the same way.

Written for the version of MiniStack that requirements.txt pins: the table of handlers is not a public interface.
"""

import json
import os
import urllib.error
import urllib.request

from ministack import app
from ministack.services.cloudformation import provisioners

OWNED_TYPES = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::AnomalyDetector",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
)

# MiniStack keeps these itself; the overlay is told of them, for it judges by the functions' roles.
TOLD_TYPES = (
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
)

# A callback takes a millisecond; who waits this long waits for an overlay that is gone.
TIMEOUT_SECONDS = 10

# The overlay is on this machine: a proxy of the environment has no business in between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask_overlay(operation, resource_type, logical_id="", physical_id="", stack="", properties=None, old_properties=None):
    """Posts one operation; returns the physical id and the attributes, or raises what CloudFormation shows."""
    request = urllib.request.Request(
        os.environ["PARAMEDIC_OVERLAY_URL"] + "/_overlay/cloudformation",
        data=json.dumps(
            {
                "op": operation,
                "type": resource_type,
                "logical_id": logical_id or "",
                "physical_id": physical_id or "",
                "stack": stack or "",
                "properties": properties or {},
                "old_properties": old_properties or {},
            },
            default=str,
        ).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
            answer = json.load(response)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise ValueError(f"{resource_type} {logical_id}: the sandbox's overlay did not answer: {error}") from error
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["physical_id"], answer.get("attributes", {})


def handlers(resource_type):
    """The table entry of a type, in the signatures MiniStack calls."""

    def create(logical_id, properties, stack):
        return ask_overlay("create", resource_type, logical_id, stack=stack, properties=properties)

    def update(physical_id, old_properties, properties, stack, logical_id=None):
        return ask_overlay("update", resource_type, logical_id, physical_id, stack, properties, old_properties)

    def delete(physical_id, properties, logical_id=None):
        ask_overlay("delete", resource_type, logical_id, physical_id, properties=properties)

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "delete_with_logical_id": True,
    }


def telling(resource_type, own):
    """MiniStack's own table entry of a type, which also tells the overlay what was made, changed or deleted."""

    def create(logical_id, properties, stack):
        physical_id, attributes = own["create"](logical_id, properties, stack)
        ask_overlay("create", resource_type, logical_id, physical_id, stack, properties)
        return physical_id, attributes

    def update(physical_id, old_properties, properties, stack, logical_id=None):
        more = {"logical_id": logical_id} if own.get("update_with_logical_id") else {}
        physical_id, attributes = own["update"](physical_id, old_properties, properties, stack, **more)
        ask_overlay("update", resource_type, logical_id, physical_id, stack, properties, old_properties)
        return physical_id, attributes

    def delete(physical_id, properties, logical_id=None):
        more = {"logical_id": logical_id} if own.get("delete_with_logical_id") else {}
        own["delete"](physical_id, properties, **more)
        ask_overlay("delete", resource_type, logical_id, physical_id, properties=properties)

    changed = {"create": create, "delete": delete, "delete_with_logical_id": True}
    if "update" in own:
        changed |= {"update": update, "update_with_logical_id": True}
    return own | changed


def main():
    """Hands the owned types to the overlay and runs MiniStack in the foreground."""
    for resource_type in TOLD_TYPES:
        provisioners._RESOURCE_HANDLERS[resource_type] = telling(
            resource_type, provisioners._RESOURCE_HANDLERS[resource_type]
        )
    for resource_type in OWNED_TYPES:
        provisioners._RESOURCE_HANDLERS[resource_type] = handlers(resource_type)
    app.main()


if __name__ == "__main__":
    main()
