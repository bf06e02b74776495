namespace Scheduling.Nodes;

/// <summary>
/// A machine's life as pure functions. What an operator wants wins over what the cluster says: a cordoned machine that comes back
/// ready stays cordoned, and an uncordoned one becomes what the cluster last said of it.
/// </summary>
public static class NodeDecider
{
    /// <summary>The name in the history for what the cluster said by itself.</summary>
    public const string Cluster = "cluster";

    /// <summary>The cluster says whether the machine is ready.</summary>
    public static NodeDecision Observe(NodeHealth health, bool ready, DateTimeOffset now)
    {
        var seen = health with { ClusterReady = ready };
        if (health.State.IsHeldOut())
            return ready == health.ClusterReady ? NodeDecision.Nothing.Instance : new NodeDecision.Change(seen);
        var to = ready ? NodeState.Ready : NodeState.NotReady;
        return to == health.State
            ? NodeDecision.Nothing.Instance
            : new NodeDecision.Change(Move(seen, to, Cluster, ready ? "ready again" : "the cluster calls it not ready", now));
    }

    /// <summary>No new work. A machine that is draining or drained takes none already, and goes on draining.</summary>
    public static NodeDecision Cordon(NodeHealth health, string by, string reason, DateTimeOffset now) =>
        health.State.IsHeldOut() ? NodeDecision.Nothing.Instance : new NodeDecision.Change(Move(health, NodeState.Cordoned, by, reason, now));

    /// <summary>No new work, and what runs is to leave.</summary>
    public static NodeDecision Drain(NodeHealth health, string by, string reason, DateTimeOffset now) =>
        health.State is NodeState.Draining or NodeState.Drained
            ? NodeDecision.Nothing.Instance
            : new NodeDecision.Change(Move(health, NodeState.Draining, by, reason, now));

    /// <summary>Nothing is left on a draining machine, and its rack gives it nothing new.</summary>
    public static NodeDecision Emptied(NodeHealth health, DateTimeOffset now) =>
        health.State == NodeState.Draining
            ? new NodeDecision.Change(Move(health, NodeState.Drained, health.By ?? Cluster, health.Reason, now))
            : NodeDecision.Nothing.Instance;

    /// <summary>Back into service, or calls a drain off.</summary>
    public static NodeDecision Uncordon(NodeHealth health, string by, DateTimeOffset now) =>
        health.State.IsHeldOut()
            ? new NodeDecision.Change(Move(health, health.ClusterReady ? NodeState.Ready : NodeState.NotReady, by, "uncordoned", now))
            : NodeDecision.Nothing.Instance;

    private static NodeHealth Move(NodeHealth health, NodeState to, string by, string? reason, DateTimeOffset now)
    {
        Invariant.Holds(health.State.CanBecome(to), "I14", $"{health.State} → {to} is not in the graph");
        var incident = new NodeIncident { At = now, From = health.State, To = to, By = by, Reason = reason };
        var kept = health.Incidents.Length < NodeHealth.MaxIncidents ? health.Incidents : health.Incidents.RemoveAt(0);
        var ready = to == NodeState.Ready;
        return health with
        {
            State = to,
            Reason = ready ? null : reason,
            By = ready ? null : by,
            Since = ready ? null : now,
            Incidents = kept.Add(incident),
        };
    }
}
