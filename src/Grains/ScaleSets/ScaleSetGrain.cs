using System.Collections.Immutable;
using Grains.Configuration;
using Grains.Nodes;
using Grains.Racks;
using Microsoft.Extensions.Logging;
using Scheduling.Nodes;
using Scheduling.Scaling;

namespace Grains.ScaleSets;

/// <summary>
/// The shell of one scale set: <see cref="ScaleSetDecider"/> says what becomes of it, the record keeps it, and a timer takes each machine that is to
/// go on its way: drained → retired → (the gateway deletes it) → forgotten. It calls nodes and racks, which never call it.
/// </summary>
[GrainType("scaleset")]
internal sealed class ScaleSetGrain(
    [PersistentState("scaleset", StorageNames.Default)] IPersistentState<ScaleSetRecord> record,
    IGrainFactory grains, TimeProvider time, ILogger<ScaleSetGrain> log) : Grain, IScaleSetGrain
{
    /// <summary>Between two looks at machines that are on their way out.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Caller System = new() { Tenant = null, User = "system:scale-set", Roles = CallerRoles.Operator };

    private ScaleSetState? _set;
    private IGrainTimer? _chores;

    private string Name => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _set = record.State?.Set;
        WindChores();
        return base.OnActivateAsync(cancellationToken);
    }

    public Task<Answer> Configure(Caller caller, ScaleSetSpec spec) =>
        spec.Id != Name ? Task.FromResult(Answer.Of(Outcome.Invalid, $"this is {Name}, not {spec.Id}"))
        : Command(caller, () => ScaleSetDecider.Configure(_set, spec));

    public Task<Answer> Lead(Caller caller, ScaleBasis basis) => Command(caller, () => ScaleSetDecider.Planned(_set!, basis, _ => ScaleSetDecision.Nothing.Instance), mustExist: true);

    public Task<Answer> Want(Caller caller, int capacity, string reason, ScaleBasis? basis) =>
        Command(caller, () => ScaleSetDecider.Planned(_set!, basis, set => ScaleSetDecider.Want(set, capacity, reason, time.GetUtcNow())), mustExist: true);

    public Task<Answer> Remove(Caller caller, ImmutableArray<ScaleSetMachine> machines, string reason, ScaleBasis? basis) => Command(
        caller, () => ScaleSetDecider.Planned(_set!, basis, set => ScaleSetDecider.Remove(set, [.. machines.Select(m => (m.Instance, m.Node))], reason, time.GetUtcNow())), mustExist: true);

    public Task<Answer> Protect(Caller caller, ImmutableArray<string> instances, ScaleBasis? basis) =>
        Command(caller, () => ScaleSetDecider.Planned(_set!, basis, set => ScaleSetDecider.Protect(set, instances)), mustExist: true);

    public Task<Answer> Hear(Caller caller, string id, string what) => Command(caller, () => ScaleSetDecider.Hear(_set!, id, what, time.GetUtcNow()), mustExist: true);

    public Task<Answer> Told(Caller caller, long number) => Command(caller, () => ScaleSetDecider.Tell(_set!, number), mustExist: true);

    public Task<ScaleSetState?> GetState() => Task.FromResult(_set);

    public Task<Answer> Report(ScaleSetReport report) => Command(System, () => ScaleSetDecider.Report(_set!, report, time.GetUtcNow()), mustExist: true);

    private async Task<Answer> Command(Caller caller, Func<ScaleSetDecision> decide, bool mustExist = false)
    {
        if (!caller.IsOperator)
        {
            return Answer.Of(Outcome.Forbidden, "Only operators change scale sets.");
        }

        if (mustExist && _set is null)
        {
            return Answer.Of(Outcome.NotFound, $"{Name} was not configured.");
        }

        switch (decide())
        {
            case ScaleSetDecision.Refuse refuse:
                return Answer.Of(Outcome.Conflict, refuse.Message, _set?.Version ?? 0);
            case ScaleSetDecision.Change change:
                await Save(change.Next);
                break;
        }

        WindChores();
        return Answer.Done(_set!.Version);
    }

    private async Task Save(ScaleSetState next)
    {
        await record.Write(new ScaleSetRecord { Set = next }, DeactivateOnIdle);
        _set = next;
    }

    private void WindChores()
    {
        if (_set is not { Removals.IsEmpty: false })
        {
            _chores?.Dispose();
            _chores = null;
            return;
        }

        _chores ??= this.RegisterGrainTimer(DoChores, new GrainTimerCreationOptions(TimeSpan.Zero, LookEvery) { KeepAlive = true });
    }

    private async Task DoChores(CancellationToken cancellationToken)
    {
        foreach (var removal in _set!.Removals)
        {
            try
            {
                var decision = removal.Stage switch
                {
                    RemovalStage.Draining => await Drain(removal),
                    RemovalStage.Deleted => await Forget(removal),
                    _ => ScaleSetDecision.Nothing.Instance,
                };
                if (decision is ScaleSetDecision.Change change)
                {
                    await Save(change.Next);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                GrainLog.ScaleSetNodeFailed(log, e, Name, removal.Node.Value);
            }
        }

        WindChores();
    }

    /// <summary>Level by level: asked to drain, found drained, retired.</summary>
    private async Task<ScaleSetDecision> Drain(ScaleSetRemoval removal)
    {
        var node = grains.GetGrain<INodeGrain>(removal.Node.Value);
        if (await node.GetView().WaitAsync(Patience, time) is not { } view)
        {
            return ScaleSetDecision.Nothing.Instance;
        }

        if (view.State == NodeState.Drained)
        {
            // Retired it can never be taken back into service: from then on the machine may be deleted at any time.
            if (!(await node.Retire(System).WaitAsync(Patience, time)).IsDone)
            {
                return ScaleSetDecision.Nothing.Instance;
            }

            GrainLog.ScaleSetDrained(log, Name, removal.Instance, removal.Node.Value);
            return ScaleSetDecider.Drained(_set!, removal.Instance);
        }

        if (view.State == NodeState.Draining)
        {
            return ScaleSetDecision.Nothing.Instance;
        }

        if (removal.IsAsked)
        {
            return ScaleSetDecider.CalledOff(_set!, removal.Instance);
        }

        var answer = await node.Drain(System, $"{Name}: {removal.Reason}").WaitAsync(Patience, time);
        return answer.IsDone ? ScaleSetDecider.Asked(_set!, removal.Instance) : ScaleSetDecision.Nothing.Instance;
    }

    /// <summary>Once its rack does not have it any more, so that nobody brings it back.</summary>
    private async Task<ScaleSetDecision> Forget(ScaleSetRemoval removal)
    {
        var node = grains.GetGrain<INodeGrain>(removal.Node.Value);
        if (await node.GetView().WaitAsync(Patience, time) is { } view)
        {
            var rack = await grains.GetGrain<IRackGrain>(view.Rack.Value).GetView().WaitAsync(Patience, time);
            if (rack?.Spec.Nodes.Any(n => n.Name == removal.Node) == true)
            {
                return ScaleSetDecision.Nothing.Instance;
            }

            // Refused where somebody took the node back into service: then it is theirs.
            await node.Forget(System).WaitAsync(Patience, time);
        }

        return ScaleSetDecider.Retired(_set!, removal.Instance);
    }
}
