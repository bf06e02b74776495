using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Racks;
using Scheduling;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Nodes;

/// <summary>
/// What a node does unasked: it tells its rack until the rack has heard, empties itself while it drains, and gives up on what runs on it
/// once it is lost. A round is a turn like any other, and whoever it calls never calls a node.
/// </summary>
internal sealed partial class NodeGrain
{
    private IGrainTimer? _chores;
    private (RackId Rack, bool TakesWork) _told;
    private bool _wasTold;
    private bool _wasEmpty;

    private bool TakesWork => _node.Health.State == NodeState.Ready;

    /// <summary>The rack has heard what holds now.</summary>
    private bool IsTold => _wasTold && _told == (_node.Rack, TakesWork);

    /// <summary>A node that takes nothing new and is found empty stays empty.</summary>
    private bool IsEmptying => _node.Health.State == NodeState.Draining || _node.Health.Lost || (!_node.Health.ClusterReady && !_wasEmpty);

    /// <summary>Records of earlier versions say it in another place.</summary>
    private DateTimeOffset? DownSince => _node.Health.DownSince ?? _node.Health.Since;

    /// <summary>Those use GPUs that the node has lost.</summary>
    private ImmutableArray<AttemptId> _beyond = [];

    private void WindChores()
    {
        var hasWork = _node.Spec is not null && (!IsTold || IsEmptying || !_beyond.IsEmpty);
        if (!hasWork)
        {
            _chores?.Dispose();
            _chores = null;
            return;
        }

        _chores ??= this.RegisterGrainTimer(DoChores, new GrainTimerCreationOptions(FirstRound(), options.Value.RetryPeriod) { KeepAlive = true });
    }

    /// <summary>A drain begins at once; everything else has just been tried.</summary>
    private TimeSpan FirstRound() => _node.Health.State == NodeState.Draining ? TimeSpan.Zero : options.Value.RetryPeriod;

    private async Task DoChores(CancellationToken cancellationToken)
    {
        if (await TellRack() is { } attempts)
        {
            if (_node.Gone && attempts.IsEmpty && !_node.Health.IsHeldByOperator)
                await Vanish();
            else if (IsEmptying)
                await Empty(attempts);
            else
                await Lose(_beyond, $"node {Name} offers only {_node.Spec!.Gpus} GPUs now");
        }

        WindChores();
    }

    private async Task Empty(ImmutableArray<AttemptId> attempts)
    {
        var now = time.GetUtcNow();
        var health = _node.Health;
        if (health.Lost && Guards.Hold(Guard.LostNodeEmptied))
            await Lose(attempts, health.OutOfService ? $"node {Name} is out of service" : $"node {Name} restarted");
        else if (!health.ClusterReady && now - DownSince >= options.Value.LostAfter && Guards.Hold(Guard.LostNodeEmptied))
            await Lose(attempts, $"node {Name} has not been ready since {DownSince:u}");
        else if (health.State == NodeState.Draining && !(attempts.IsEmpty || !Guards.Hold(Guard.EmptyBeforeDrained)))
            await Evict(attempts, $"node {Name} is drained by {health.By}: {health.Reason}");

        // The rack gives this node nothing new since it was told, so what is empty now stays empty.
        var isEmpty = attempts.IsEmpty || !Guards.Hold(Guard.EmptyBeforeDrained);
        if (isEmpty && NodeDecider.Cleared(_node.Health, now) is NodeDecision.Change cleared)
        {
            await Become(_node with { Health = cleared.Next }, mustStore: true);
            await TellRack();
        }

        if (isEmpty && _node.IsLeftByOthers && NodeDecider.Emptied(_node.Health, now) is NodeDecision.Change emptied)
            await Become(_node with { Health = emptied.Next }, mustStore: true);
    }

    private Task Evict(ImmutableArray<AttemptId> attempts, string reason) => Each(attempts, (job, attempt) => job.Evict(attempt, reason));

    /// <summary>What runs here does so no more, or soon will not: gangs that can do without these workers for a while have only them replaced.</summary>
    private Task Lose(ImmutableArray<AttemptId> attempts, string reason) => Each(attempts, (job, attempt) => job.LoseNode(attempt, Name, reason));

    private async Task Each(ImmutableArray<AttemptId> attempts, Func<IJobGrain, int, Task<Answer>> tell)
    {
        foreach (var some in attempts.Chunk(options.Value.EvictionsAtOnce))
            await Task.WhenAll(some.Select(a => Tell(a, tell)));
    }

    private async Task Tell(AttemptId attempt, Func<IJobGrain, int, Task<Answer>> tell)
    {
        try
        {
            await tell(grains.GetGrain<IJobGrain>(attempt.Job.Value), attempt.Number).WaitAsync(options.Value.RetryPeriod, time);
        }
        catch (Exception e)
        {
            GrainLog.NodeEvictFailed(log, e, Name.Value, attempt.ToString());
        }
    }

    /// <summary>Who is on the node; null when the rack did not answer, then it is told again later.</summary>
    private Task<ImmutableArray<AttemptId>?> TellRack() => TellRack((_node.Rack, TakesWork));

    private async Task<ImmutableArray<AttemptId>?> TellRack((RackId Rack, bool TakesWork) saying)
    {
        try
        {
            var answer = await grains.GetGrain<IRackGrain>(saying.Rack.Value).SetSchedulable(Name, saying.TakesWork).WaitAsync(options.Value.RetryPeriod, time);
            (_told, _wasTold, _wasEmpty, _beyond) = (saying, true, answer.Attempts.IsEmpty && !saying.TakesWork, answer.Beyond);
            return answer.Attempts;
        }
        catch (Exception e)
        {
            GrainLog.NodeRackNotTold(log, e, Name.Value, saying.Rack.Value);
            _wasTold = false;
            return null;
        }
    }
}
