using Grains.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Nodes;

/// <summary>
/// The shell of one machine: <see cref="NodeDecider"/> says what becomes of it, the record keeps it, the rack is told, and a timer goes on
/// with whatever is not done yet. Facts about the machine are not stored while it is simply ready: the reconciler brings them again.
/// </summary>
[GrainType("node")]
internal sealed partial class NodeGrain(
    [PersistentState("node", StorageNames.Default)] IPersistentState<NodeRecord> record,
    IGrainFactory grains, IOptions<NodeOptions> options, TimeProvider time, ILogger<NodeGrain> log)
    : Grain, INodeGrain
{
    private NodeRecord _node = new();

    private NodeId Name => new(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.RecordExists && record.State is { } stored)
            _node = stored;
        WindChores();
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task Observe(NodeObservation observation)
    {
        if (observation.Spec.Name != Name)
            throw new ArgumentException($"This is node {Name}, not {observation.Spec.Name}.", nameof(observation));

        var decision = NodeDecider.Observe(_node.Health, observation.Ready, time.GetUtcNow());
        var next = _node with
        {
            Health = decision is NodeDecision.Change change ? change.Next : _node.Health,
            Spec = observation.Spec,
            Rack = observation.Rack,
        };
        if (next != _node)
            await Become(next, mustStore: decision is NodeDecision.Change || record.RecordExists);
        if (!IsTold || _node.Health.State != NodeState.Ready)
            await TellRack();
        WindChores();
    }

    public Task<NodeView?> GetView() => Task.FromResult(_node.Spec is null ? null : ToView(_node));

    public Task<Answer> Cordon(Caller caller, string reason) =>
        Command(caller, reason, (health, now) => NodeDecider.Cordon(health, caller.User, reason, now));

    public Task<Answer> Uncordon(Caller caller) => Command(caller, "", (health, now) => NodeDecider.Uncordon(health, caller.User, now));

    public Task<Answer> Drain(Caller caller, string reason) =>
        Command(caller, reason, (health, now) => NodeDecider.Drain(health, caller.User, reason, now));

    public async Task<Answer> Retire(Caller caller)
    {
        if (!caller.IsOperator)
            return Answer.Of(Outcome.Forbidden, "Only operators retire nodes.");
        if (_node.Spec is null)
            return Answer.Of(Outcome.NotFound, $"Node {Name} has not been seen in the cluster.");
        if (_node.Health.State != NodeState.Drained)
            return Answer.Of(Outcome.Conflict, $"Node {Name} is {_node.Health.State}: drain it first.", _node.Version);
        if (!_node.Retired)
            await Become(_node with { Retired = true }, mustStore: true);
        return Answer.Done(_node.Version);
    }

    public async Task<Answer> Forget(Caller caller)
    {
        if (!caller.IsOperator)
            return Answer.Of(Outcome.Forbidden, "Only operators forget nodes.");
        if (!record.RecordExists && _node.Spec is null)
            return Answer.Done(0);
        if (_node.Health.State is not (NodeState.Draining or NodeState.Drained))
            return Answer.Of(Outcome.Conflict, $"Node {Name} is {_node.Health.State}: only a drained node is forgotten.", _node.Version);
        await record.Clear(DeactivateOnIdle);
        _node = new NodeRecord();
        WindChores();
        DeactivateOnIdle();
        return Answer.Done(0);
    }

    private async Task<Answer> Command(Caller caller, string reason, Func<NodeHealth, DateTimeOffset, NodeDecision> decide)
    {
        if (!caller.IsOperator)
            return Answer.Of(Outcome.Forbidden, "Only operators cordon, uncordon and drain nodes.");
        if (_node.Spec is null)
            return Answer.Of(Outcome.NotFound, $"Node {Name} has not been seen in the cluster.");
        if (_node.Retired)
            return Answer.Of(Outcome.Conflict, $"Node {Name} is retired: its machine is being deleted.", _node.Version);
        if (reason.Length > options.Value.MaxReasonLength)
            return Answer.Of(Outcome.Invalid, $"A reason has at most {options.Value.MaxReasonLength} characters.");

        if (decide(_node.Health, time.GetUtcNow()) is NodeDecision.Change change)
            await Become(_node with { Health = change.Next }, mustStore: true);
        if (!IsTold)
            await TellRack();
        WindChores();
        return Answer.Done(_node.Version);
    }

    /// <summary>Durable first, if it must be; then in memory.</summary>
    private async Task Become(NodeRecord next, bool mustStore)
    {
        next = next with { Version = Math.Max(_node.Version + 1, time.GetUtcNow().ToUnixTimeMilliseconds()) };
        if (mustStore)
            await record.Write(next, DeactivateOnIdle);

        if (next.Health.State != _node.Health.State)
        {
            var moved = next.Health.Incidents[^1];
            GrainLog.NodeMoved(log, Name.Value, moved.From, moved.To, moved.By, moved.Reason);
        }

        _node = next;
    }

    private static NodeView ToView(NodeRecord node) => new()
    {
        Spec = node.Spec!,
        Rack = node.Rack,
        State = node.Health.State,
        Reason = node.Health.Reason,
        By = node.Health.By,
        Since = node.Health.Since,
        Version = node.Version,
        Incidents = node.Health.Incidents,
    };
}
