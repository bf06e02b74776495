namespace Scheduling.Nodes;

/// <summary>
/// A machine's life as pure functions. What an operator wants wins over what the cluster says: a cordoned machine that comes back
/// ready stays cordoned, and an uncordoned one becomes what the cluster last said of it.
/// </summary>
public static class NodeDecider
{
    /// <summary>The name in the history for what the cluster said by itself.</summary>
    public const string Cluster = "cluster";

    /// <summary>The cluster says how the machine is.</summary>
    /// <param name="before">The life that was seen last; default when none was.</param>
    public static NodeDecision Observe(NodeHealth health, bool ready, DateTimeOffset now, NodeFacts? facts = null, NodeLife before = default)
    {
        facts ??= NodeFacts.None;
        var seen = health with
        {
            ClusterReady = ready,
            DownSince = ready ? null : health.ClusterReady ? now : health.DownSince ?? now,
            HeldBecause = facts.HeldBecause,
            OutOfService = health.OutOfService && !ready,
        };
        seen = Relive(seen, facts, before, now);
        return Settle(health, Examine(seen, facts, now), facts.NotReadyBecause, now);
    }

    /// <summary>Nothing is left on a machine that has lost what ran on it.</summary>
    public static NodeDecision Cleared(NodeHealth health, DateTimeOffset now) =>
        health.Lost ? Settle(health, health with { Lost = false }, health.Reason, now) : NodeDecision.Nothing.Instance;

    /// <summary>A preflight ended, or a later check of the same kind: who failed takes no new work until it passes.</summary>
    public static NodeDecision Examined(NodeHealth health, bool passed, string by, string reason, DateTimeOffset now)
    {
        var said = passed ? NodePreflight.Passed : NodePreflight.Failed;
        if (health.Preflight == said && (passed || health.PreflightBecause == reason))
            return NodeDecision.Nothing.Instance;
        return Settle(health, Judge(health, said, by, reason, now), health.Reason, now);
    }

    /// <summary>The machine is dead, somebody knows: what ran on it is lost at once.</summary>
    public static NodeDecision DeclareDead(NodeHealth health, string by, string reason, DateTimeOffset now)
    {
        if (health.ClusterReady)
            return new NodeDecision.Refuse("The cluster calls it ready: a machine that answers is drained, not declared dead.");
        if (health.OutOfService)
            return NodeDecision.Nothing.Instance;
        return Settle(health, Note(health with { OutOfService = true, Lost = true }, by, $"declared dead: {reason}", now), $"declared dead by {by}: {reason}", now);
    }

    /// <summary>No new work. A machine that is draining or drained takes none already, and goes on draining.</summary>
    public static NodeDecision Cordon(NodeHealth health, string by, string reason, DateTimeOffset now) =>
        health.IsHeldByOperator ? NodeDecision.Nothing.Instance
        : health.HeldByCluster ? new NodeDecision.Change(Note(health, by, reason, now) with { HeldByCluster = false, By = by, Reason = reason })
        : new NodeDecision.Change(Move(health, NodeState.Cordoned, by, reason, now));

    /// <summary>No new work, and what runs is to leave.</summary>
    public static NodeDecision Drain(NodeHealth health, string by, string reason, DateTimeOffset now) =>
        health.State is NodeState.Draining or NodeState.Drained
            ? NodeDecision.Nothing.Instance
            : new NodeDecision.Change(Move(health, NodeState.Draining, by, reason, now) with { HeldByCluster = false });

    /// <summary>Nothing is left on a draining machine, and its rack gives it nothing new.</summary>
    public static NodeDecision Emptied(NodeHealth health, DateTimeOffset now) =>
        health.State == NodeState.Draining
            ? new NodeDecision.Change(Move(health, NodeState.Drained, health.By ?? Cluster, health.Reason, now))
            : NodeDecision.Nothing.Instance;

    /// <summary>Back into service, or calls a drain off. What the cluster holds out is let go there.</summary>
    public static NodeDecision Uncordon(NodeHealth health, string by, DateTimeOffset now)
    {
        if (!health.State.IsHeldOut())
            return NodeDecision.Nothing.Instance;
        return health.HeldBecause is { } held
            ? new NodeDecision.Refuse($"It is held out in the cluster too ({held}): undo that there first.")
            : new NodeDecision.Change(Move(health, Free(health), by, "uncordoned", now));
    }

    /// <summary>Something happened to it that is no change of its state. What was the last thing noted is not noted twice.</summary>
    public static NodeDecision Remark(NodeHealth health, string by, string text, DateTimeOffset now) =>
        health.Incidents is [.., { } last] && last.From == last.To && last.By == by && last.Reason == text
            ? NodeDecision.Nothing.Instance
            : new NodeDecision.Change(Note(health, by, text, now));

    /// <summary>A new life of the machine: what it had shown before says nothing of it.</summary>
    private static NodeHealth Relive(NodeHealth seen, NodeFacts facts, NodeLife before, DateTimeOffset now)
    {
        var life = NodeLife.Of(facts);
        var isNew = false;
        if (life.IsRestartOf(before))
        {
            seen = Note(seen with { Lost = true, OutOfService = false }, Cluster, "it restarted: what ran on it is lost", now);
            isNew = true;
        }

        if (life.IsMadeAnewAfter(before))
        {
            seen = Note(seen, Cluster, "its node object was made anew", now);
            isNew = true;
        }

        return isNew ? seen with { Preflight = NodePreflight.NotAsked, PreflightSaid = NodePreflight.NotAsked, PreflightBecause = null } : seen;
    }

    private static NodeHealth Examine(NodeHealth seen, NodeFacts facts, DateTimeOffset now)
    {
        if (facts.NeedsPreflight && seen.Preflight == NodePreflight.NotAsked)
            seen = seen with { Preflight = NodePreflight.Pending };
        else if (!facts.NeedsPreflight && seen.Preflight == NodePreflight.Pending)
            seen = seen with { Preflight = NodePreflight.NotAsked };
        if (facts.Preflight == seen.PreflightSaid)
            return seen;
        seen = seen with { PreflightSaid = facts.Preflight };
        return facts.Preflight is NodePreflight.Passed or NodePreflight.Failed && facts.Preflight != seen.Preflight
            ? Judge(seen, facts.Preflight, Cluster, facts.PreflightBecause ?? "", now)
            : seen;
    }

    private static NodeHealth Judge(NodeHealth health, NodePreflight said, string by, string reason, DateTimeOffset now) =>
        said == NodePreflight.Passed
            ? Note(health with { Preflight = said, PreflightBecause = null }, by, reason.Length == 0 ? "passed preflight" : $"passed preflight: {reason}", now)
            : Note(health with { Preflight = said, PreflightBecause = reason }, by, reason.Length == 0 ? "failed preflight" : $"failed preflight: {reason}", now);

    /// <summary>Where <paramref name="seen"/> leads, unless an operator holds the machine out.</summary>
    private static NodeDecision Settle(NodeHealth health, NodeHealth seen, string? notReadyBecause, DateTimeOffset now)
    {
        if (!health.IsHeldByOperator)
        {
            var to = Free(seen);
            var why = Why(to, seen, notReadyBecause);
            seen = (to == health.State ? to == NodeState.Ready ? seen : seen with { Reason = why } : Move(seen, to, Cluster, why, now)) with { HeldByCluster = to == NodeState.Cordoned };
        }

        return seen == health ? NodeDecision.Nothing.Instance : new NodeDecision.Change(seen);
    }

    /// <summary>What it is when no operator holds it out.</summary>
    private static NodeState Free(NodeHealth health)
    {
        if (health.HeldBecause is not null)
            return NodeState.Cordoned;
        if (!health.ClusterReady || health.Lost)
            return NodeState.NotReady;
        return health.Preflight is NodePreflight.Pending or NodePreflight.Failed && Guards.Hold(Guard.PreflightFirst) ? NodeState.Preflight : NodeState.Ready;
    }

    private static string? Why(NodeState to, NodeHealth health, string? notReadyBecause) => to switch
    {
        NodeState.Cordoned => health.HeldBecause,
        NodeState.NotReady when !health.ClusterReady => notReadyBecause ?? "the cluster calls it not ready",
        NodeState.NotReady => "it restarted, and what ran on it is not queued again yet",
        NodeState.Preflight when health.Preflight == NodePreflight.Failed => string.IsNullOrEmpty(health.PreflightBecause) ? "failed preflight" : $"failed preflight: {health.PreflightBecause}",
        NodeState.Preflight => "has not passed preflight since it started",
        _ => "ready again",
    };

    private static NodeHealth Move(NodeHealth health, NodeState to, string by, string? reason, DateTimeOffset now)
    {
        Invariant.Holds(health.State.CanBecome(to), "I14", $"{health.State} → {to} is not in the graph");
        var ready = to == NodeState.Ready;
        return Write(health, to, by, reason, now) with
        {
            State = to,
            Reason = ready ? null : reason,
            By = ready ? null : by,
            Since = ready ? null : now,
        };
    }

    private static NodeHealth Note(NodeHealth health, string by, string text, DateTimeOffset now) => Write(health, health.State, by, text, now);

    private static NodeHealth Write(NodeHealth health, NodeState to, string by, string? reason, DateTimeOffset now)
    {
        var incident = new NodeIncident { At = now, From = health.State, To = to, By = by, Reason = reason };
        var kept = health.Incidents.Length < NodeHealth.MaxIncidents ? health.Incidents : health.Incidents.RemoveAt(0);
        return health with { Incidents = kept.Add(incident) };
    }
}
