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

    public async Task<bool> Observe(NodeObservation observation)
    {
        if (observation.Spec.Name != Name)
            throw new ArgumentException($"This is node {Name}, not {observation.Spec.Name}.", nameof(observation));

        var (now, facts) = (time.GetUtcNow(), observation.Facts ?? NodeFacts.None);
        if (facts.Gone && !_node.Health.IsHeldByOperator && await TellRack((observation.Rack, false)) is not { IsEmpty: false })
        {
            // Nothing is left of it, so nothing is kept; a rack that did not answer is asked again when this is told again.
            if (_wasEmpty)
                await Vanish();
            WindChores();
            return _wasEmpty;
        }

        var decision = NodeDecider.Observe(_node.Health, observation.Ready, now, facts, _node.Life);
        var health = decision is NodeDecision.Change change ? change.Next : _node.Health;
        var hasLessGpus = _node.Spec?.Gpus > observation.Spec.Gpus;
        if (hasLessGpus && NodeDecider.Remark(health, NodeDecider.Cluster, $"offers {observation.Spec.Gpus} GPUs, {_node.Spec!.Gpus} before", now) is NodeDecision.Change less)
            health = less.Next;
        var machine = NodeMachine.Of(facts).After(_node.Machine);
        if (machine.ChangedSince(_node.Machine) is { } other && NodeDecider.Remark(health, NodeDecider.Cluster, other, now) is NodeDecision.Change noted)
            health = noted.Next;

        // Who knows its host or its GPUs wants to know them later too, when the machine is gone: that is kept although nothing is wrong with it.
        var hasHardware = machine != _node.Machine && (!string.IsNullOrEmpty(machine.Host) || !string.IsNullOrEmpty(machine.GpuSerials));
        var next = _node with
        {
            Health = health,
            Machine = machine,
            Spec = observation.Spec,
            Rack = observation.Rack,
            Life = NodeLife.Of(facts).After(_node.Life),
            CountsOthers = facts.CountsOthers,
            Others = facts.Others,
            Gone = facts.Gone,
        };
        if (next != _node)
            await Become(next, mustStore: health != _node.Health || record.RecordExists || hasHardware);
        if (!IsTold || hasLessGpus || _node.Health.State != NodeState.Ready)
            await TellRack();
        WindChores();
        return IsTold;
    }

    public Task<NodeView?> GetView() => Task.FromResult(_node.Spec is null ? null : ToView(_node));

    public Task<Answer> Cordon(Caller caller, string reason) =>
        Command(caller, reason, (health, now) => NodeDecider.Cordon(health, caller.User, reason, now));

    public Task<Answer> Uncordon(Caller caller) => Command(caller, "", (health, now) => NodeDecider.Uncordon(health, caller.User, now));

    public Task<Answer> Drain(Caller caller, string reason) =>
        Command(caller, reason, (health, now) => NodeDecider.Drain(health, caller.User, reason, now));

    public async Task<Answer> Examined(Caller caller, bool passed, string reason, string? boot)
    {
        if (boot is not null && !string.IsNullOrEmpty(_node.Life.Boot) && boot != _node.Life.Boot)
            return Answer.Of(Outcome.Conflict, $"Node {Name} runs as {_node.Life.Boot} now: that result is of another boot.", _node.Version);
        return await Command(caller, reason, (health, now) => NodeDecider.Examined(health, passed, caller.User, reason, now));
    }

    public Task<Answer> DeclareDead(Caller caller, string reason) =>
        Command(caller, reason, (health, now) => NodeDecider.DeclareDead(health, caller.User, reason, now));

    public async Task Remark(string by, string text)
    {
        var bounded = text.Length <= options.Value.MaxReasonLength ? text : text[..options.Value.MaxReasonLength];
        if (_node.Spec is not null && NodeDecider.Remark(_node.Health, by, bounded, time.GetUtcNow()) is NodeDecision.Change change)
            await Become(_node with { Health = change.Next }, mustStore: true);
    }

    public async Task<Answer> TellHardware(Caller caller, string host, string gpuSerials, DateTimeOffset readAt)
    {
        if (!caller.IsOperator)
            return Answer.Of(Outcome.Forbidden, "Only operators say which hardware nodes are on.");
        if (_node.Spec is null)
            return Answer.Of(Outcome.NotFound, $"Node {Name} has not been seen in the cluster.");
        var machine = new NodeMachine(null, host, gpuSerials).After(_node.Machine);
        if (machine == _node.Machine || readAt <= _node.HardwareReadAt)
            return Answer.Done(_node.Version);

        var health = _node.Health;
        if (machine.ChangedSince(_node.Machine) is { } other && NodeDecider.Remark(health, caller.User, other, time.GetUtcNow()) is NodeDecision.Change noted)
            health = noted.Next;
        await Become(_node with { Health = health, Machine = machine, HardwareReadAt = readAt }, mustStore: true);
        return Answer.Done(_node.Version);
    }

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
        await Vanish();
        return Answer.Done(0);
    }

    private async Task Vanish()
    {
        if (record.RecordExists)
            await record.Clear(DeactivateOnIdle);
        _node = new NodeRecord();
        WindChores();
        DeactivateOnIdle();
    }

    private async Task<Answer> Command(Caller caller, string reason, Func<NodeHealth, DateTimeOffset, NodeDecision> decide)
    {
        if (!caller.IsOperator)
            return Answer.Of(Outcome.Forbidden, "Only operators say what becomes of nodes.");
        if (_node.Spec is null)
            return Answer.Of(Outcome.NotFound, $"Node {Name} has not been seen in the cluster.");
        if (_node.Retired)
            return Answer.Of(Outcome.Conflict, $"Node {Name} is retired: its machine is being deleted.", _node.Version);
        if (reason.Length > options.Value.MaxReasonLength)
            return Answer.Of(Outcome.Invalid, $"A reason has at most {options.Value.MaxReasonLength} characters.");

        var decision = decide(_node.Health, time.GetUtcNow());
        if (decision is NodeDecision.Refuse refusal)
            return Answer.Of(Outcome.Conflict, $"Node {Name}: {refusal.Reason}", _node.Version);
        if (decision is NodeDecision.Change { Next: var next })
            await Become(_node with { Health = next, Others = next.State == NodeState.Draining ? _node.Others : null }, mustStore: true);
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
        else if (next.Health.Incidents is [.., { } noted] && (_node.Health.Incidents is not [.., { } before] || noted != before))
        {
            GrainLog.NodeRemark(log, Name.Value, next.Health.State, noted.By, noted.Reason);
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
        Preflight = node.Health.Preflight,
        WaitsFor = node.Health.State != NodeState.Draining || node.IsLeftByOthers ? null : node.Others ?? "what others run there is being counted",
        OutOfService = node.Health.OutOfService,
        Life = node.Life,
        HeldByCluster = node.Health.HeldByCluster,
        Machine = node.Machine,
    };
}
