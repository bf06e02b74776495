using Scheduling.Nodes;

namespace Scheduling.Tests.Models;

/// <summary>A machine's life: what the operator wants, what the cluster says and what the machine has shown, kept apart.</summary>
public sealed class NodeModelTests(ITestOutputHelper output)
{
    [Fact]
    public void A_machine_is_what_its_operator_wants_or_else_what_the_cluster_says_and_has_to_show_that_it_works() => new ModelCheck(output).Run<NodeVerb>(
        () => new NodeModel(),
        [
            (3, NodeVerb.Down), (3, NodeVerb.Up), (2, NodeVerb.Cordon), (2, NodeVerb.Drain), (2, NodeVerb.Emptied), (3, NodeVerb.Uncordon),
            (2, NodeVerb.Ask), (1, NodeVerb.AskNoMore), (2, NodeVerb.Restart), (1, NodeVerb.MakeAnew), (2, NodeVerb.Cleared), (2, NodeVerb.Pass),
            (1, NodeVerb.Fail), (2, NodeVerb.SaysPassed), (1, NodeVerb.SaysFailed), (2, NodeVerb.HeldThere), (3, NodeVerb.LetGoThere), (1, NodeVerb.DeclareDead),
        ],
        stories: 400, length: 160,
        "Ready", "NotReady", "Cordoned", "Draining", "Drained", "Preflight", "nothing to do", "refused", "held by the cluster", "lost", "out of service", "history is full");
}

internal enum NodeVerb
{
    Down,
    Up,
    Cordon,
    Drain,
    Emptied,
    Uncordon,
    Ask,
    AskNoMore,
    Restart,
    MakeAnew,
    Cleared,
    Pass,
    Fail,
    SaysPassed,
    SaysFailed,
    HeldThere,
    LetGoThere,
    DeclareDead,
}

internal sealed class NodeModel : Model<NodeVerb>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private NodeHealth _health = new();
    private DateTimeOffset _now = Noon;
    private NodeLife _seen;

    // The twin: the machine, the cluster, the operator.
    private NodeState? _wanted;
    private bool _ready = true;
    private bool _asked;
    private NodePreflight _shown;
    private NodePreflight _says;
    private NodePreflight _heard;
    private string? _heldThere;
    private bool _lost;
    private bool _dead;
    private int _uid;
    private int _boot;
    private DateTimeOffset? _since;
    private NodeState _was;

    private NodeState State => _wanted
        ?? (_heldThere is not null ? NodeState.Cordoned
        : !_ready || _lost ? NodeState.NotReady
        : _shown is NodePreflight.Pending or NodePreflight.Failed ? NodeState.Preflight : NodeState.Ready);

    public override string Begin(Dice dice)
    {
        Observe();
        return "a machine that is ready";
    }

    public override string Do(NodeVerb verb, Dice dice)
    {
        _now += TimeSpan.FromSeconds(1 + dice.Next(100));
        var who = dice.Of("ann", "bob");
        _was = State;
        var decision = verb switch
        {
            NodeVerb.Cordon or NodeVerb.Drain or NodeVerb.Emptied or NodeVerb.Uncordon => Order(verb, who),
            NodeVerb.Pass or NodeVerb.Fail or NodeVerb.DeclareDead or NodeVerb.Cleared => Tell(verb, who),
            _ => Happen(verb),
        };
        var before = _health;
        _health = decision is NodeDecision.Change { Next: var next } ? next : _health;
        if (_was != State)
            _since = State == NodeState.Ready ? null : _now;
        Compare(before);
        Saw(decision is NodeDecision.Nothing ? "nothing to do" : decision is NodeDecision.Refuse ? "refused" : $"{State}");
        return $"{verb} by {who}: {State}";
    }

    private NodeDecision Order(NodeVerb verb, string who)
    {
        switch (verb)
        {
            case NodeVerb.Cordon:
                _wanted ??= NodeState.Cordoned;
                return NodeDecider.Cordon(_health, who, "a fan", _now);
            case NodeVerb.Drain:
                _wanted = _wanted == NodeState.Drained ? NodeState.Drained : NodeState.Draining;
                return NodeDecider.Drain(_health, who, "a disk", _now);
            case NodeVerb.Emptied:
                _wanted = _wanted == NodeState.Draining ? NodeState.Drained : _wanted;
                return NodeDecider.Emptied(_health, _now);
            default:
                var decision = NodeDecider.Uncordon(_health, who, _now);
                Same(_heldThere is not null, decision is NodeDecision.Refuse, "what the cluster holds out is not let go here");
                _wanted = _heldThere is null ? null : _wanted;
                return decision;
        }
    }

    private NodeDecision Tell(NodeVerb verb, string who)
    {
        switch (verb)
        {
            case NodeVerb.Pass or NodeVerb.Fail:
                _shown = verb == NodeVerb.Pass ? NodePreflight.Passed : NodePreflight.Failed;
                return NodeDecider.Examined(_health, verb == NodeVerb.Pass, who, "NCCL", _now);
            case NodeVerb.Cleared:
                _lost = false;
                return NodeDecider.Cleared(_health, _now);
            default:
                (_lost, _dead) = _ready || _dead ? (_lost, _dead) : (true, true);
                return NodeDecider.DeclareDead(_health, who, "smoke", _now);
        }
    }

    private NodeDecision Happen(NodeVerb verb)
    {
        switch (verb)
        {
            case NodeVerb.Down or NodeVerb.Up:
                _ready = verb == NodeVerb.Up;
                _dead &= !_ready;
                break;
            case NodeVerb.Ask or NodeVerb.AskNoMore:
                _asked = verb == NodeVerb.Ask;
                break;
            case NodeVerb.Restart or NodeVerb.MakeAnew:
                (_boot, _uid) = verb == NodeVerb.Restart ? (_boot + 1, _uid) : (_boot, _uid + 1);
                (_lost, _dead) = verb == NodeVerb.Restart ? (true, false) : (_lost, _dead);
                (_shown, _says, _heard) = (NodePreflight.NotAsked, NodePreflight.NotAsked, NodePreflight.NotAsked);
                break;
            case NodeVerb.SaysPassed or NodeVerb.SaysFailed:
                _says = verb == NodeVerb.SaysPassed ? NodePreflight.Passed : NodePreflight.Failed;
                break;
            default:
                _heldThere = verb == NodeVerb.HeldThere ? "kubectl" : null;
                break;
        }

        if (_asked && _shown == NodePreflight.NotAsked)
            _shown = NodePreflight.Pending;
        if (!_asked && _shown == NodePreflight.Pending)
            _shown = NodePreflight.NotAsked;
        _shown = _says != _heard && _says != NodePreflight.NotAsked ? _says : _shown;
        _heard = _says;
        return Observe();
    }

    private NodeDecision Observe()
    {
        var facts = new NodeFacts { NeedsPreflight = _asked, Preflight = _says, HeldBecause = _heldThere, Uid = $"u{_uid}", Boot = $"b{_boot}", NotReadyBecause = "no heartbeat" };
        var decision = NodeDecider.Observe(_health, _ready, _now, facts, _seen);
        _seen = NodeLife.Of(facts).After(_seen);
        return decision;
    }

    private void Compare(NodeHealth before)
    {
        Same(State, _health.State, "state");
        Same((_ready, _lost, _dead, _heldThere), (_health.ClusterReady, _health.Lost, _health.OutOfService, _health.HeldBecause), "what the cluster says");
        Same(_shown, _health.Preflight, "preflight");
        Same(_since, _health.Since, "since when");
        Same(_ready, _health.DownSince is null, "down since");
        Same(_wanted is not null, _health.IsHeldByOperator, "held by the operator");
        Same(State == NodeState.Ready, _health.Reason is null, "only a machine that takes work has no reason");
        Holds(_was == State || _was.CanBecome(State), $"{_was} may not become {State}");
        Holds(_health.Incidents.Length <= NodeHealth.MaxIncidents, "history is bounded");
        Holds(_was == State || _health.Incidents[^1] is { To: var to, From: var from } && to == State && from == _was, "the change is written down");
        for (var i = 1; i < _health.Incidents.Length; i++)
            Same(_health.Incidents[i - 1].To, _health.Incidents[i].From, "the history is a path");
        Holds(before.Incidents == _health.Incidents || _health.Incidents[^1].At == _now, "what is new in the history is of now");
        See();
    }

    private void See()
    {
        if (_health.HeldByCluster)
            Saw("held by the cluster");
        if (_lost)
            Saw("lost");
        if (_dead)
            Saw("out of service");
        if (_health.Incidents.Length == NodeHealth.MaxIncidents)
            Saw("history is full");
    }
}
