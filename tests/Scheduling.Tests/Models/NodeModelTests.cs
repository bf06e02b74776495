using Scheduling.Nodes;

namespace Scheduling.Tests.Models;

/// <summary>A machine's life: what the operator wants and what the cluster says, kept apart.</summary>
public sealed class NodeModelTests(ITestOutputHelper output)
{
    [Fact]
    public void A_machine_is_what_its_operator_wants_or_else_what_the_cluster_says() => new ModelCheck(output).Run<NodeVerb>(
        () => new NodeModel(),
        [(3, NodeVerb.Down), (3, NodeVerb.Up), (2, NodeVerb.Cordon), (2, NodeVerb.Drain), (2, NodeVerb.Emptied), (3, NodeVerb.Uncordon)],
        stories: 400, length: 120, "Ready", "NotReady", "Cordoned", "Draining", "Drained", "nothing to do", "history is full");
}

internal enum NodeVerb
{
    Down,
    Up,
    Cordon,
    Drain,
    Emptied,
    Uncordon,
}

internal sealed class NodeModel : Model<NodeVerb>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _history = [];
    private NodeHealth _health = new();
    private DateTimeOffset _now = Noon;

    // The twin.
    private NodeState? _wanted;
    private bool _ready = true;
    private string? _by;
    private string? _reason;
    private DateTimeOffset? _since;

    private NodeState State => _wanted ?? (_ready ? NodeState.Ready : NodeState.NotReady);

    public override string Begin(Dice dice) => "a machine that is ready";

    public override string Do(NodeVerb verb, Dice dice)
    {
        _now += TimeSpan.FromSeconds(1 + dice.Next(100));
        var who = dice.Of("ann", "bob");
        var (was, wasReady) = (State, _ready);
        switch (verb)
        {
            case NodeVerb.Down or NodeVerb.Up:
                _ready = verb == NodeVerb.Up;
                Became(was, NodeDecider.Cluster, _ready ? "ready again" : "the cluster calls it not ready");
                break;
            case NodeVerb.Cordon:
                _wanted ??= NodeState.Cordoned;
                Became(was, who, "a fan");
                break;
            case NodeVerb.Drain:
                _wanted = _wanted == NodeState.Drained ? NodeState.Drained : NodeState.Draining;
                Became(was, who, "a disk");
                break;
            case NodeVerb.Emptied:
                _wanted = _wanted == NodeState.Draining ? NodeState.Drained : _wanted;
                Became(was, _by, _reason);
                break;
            default:
                _wanted = null;
                Became(was, who, "uncordoned");
                break;
        }

        var decision = verb switch
        {
            NodeVerb.Down => NodeDecider.Observe(_health, false, _now),
            NodeVerb.Up => NodeDecider.Observe(_health, true, _now),
            NodeVerb.Cordon => NodeDecider.Cordon(_health, who, "a fan", _now),
            NodeVerb.Drain => NodeDecider.Drain(_health, who, "a disk", _now),
            NodeVerb.Emptied => NodeDecider.Emptied(_health, _now),
            _ => NodeDecider.Uncordon(_health, who, _now),
        };
        Same(was != State || wasReady != _ready, decision is NodeDecision.Change, "it changes");
        _health = decision is NodeDecision.Change { Next: var next } ? next : _health;
        Compare(was);
        Saw(decision is NodeDecision.Nothing ? "nothing to do" : $"{State}");
        return $"{verb} by {who}: {State}";
    }

    private void Became(NodeState was, string? by, string? reason)
    {
        if (State == was)
            return;
        _history.Add($"{_now:T} {was} {State} {by} {reason}");
        var isReady = State == NodeState.Ready;
        _by = isReady ? null : by;
        _reason = isReady ? null : reason;
        _since = isReady ? null : _now;
    }

    private void Compare(NodeState was)
    {
        Same(State, _health.State, "state");
        Same(_ready, _health.ClusterReady, "what the cluster says");
        Same((_by, _reason, _since), (_health.By, _health.Reason, _health.Since), "why");
        SameList(_history.TakeLast(32), _health.Incidents.Select(i => $"{i.At:T} {i.From} {i.To} {i.By} {i.Reason}"), "history");
        Same(State is not (NodeState.Ready or NodeState.NotReady), _health.State.IsHeldOut(), "held out");
        Holds(was == State || was.CanBecome(State), $"{was} may not become {State}");
        if (_history.Count > 32)
            Saw("history is full");
    }
}
