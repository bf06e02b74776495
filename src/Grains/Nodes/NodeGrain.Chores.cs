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
    private bool IsEmptying => _node.Health.State == NodeState.Draining || (_node.Health.State == NodeState.NotReady && !_wasEmpty);

    private void WindChores()
    {
        var hasWork = _node.Spec is not null && (!IsTold || IsEmptying);
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
        if (await TellRack() is { } attempts && IsEmptying)
            await Empty(attempts);
        WindChores();
    }

    private async Task Empty(ImmutableArray<AttemptId> attempts)
    {
        var now = time.GetUtcNow();
        var health = _node.Health;
        if (health.State == NodeState.NotReady)
        {
            if (now - health.Since >= options.Value.LostAfter && Guards.Hold(Guard.LostNodeEmptied))
                await Evict(attempts, $"node {Name} has not been ready since {health.Since:u}");
            return;
        }

        // The rack gives this node nothing new since it was told, so what is empty now stays empty.
        if ((attempts.IsEmpty || !Guards.Hold(Guard.EmptyBeforeDrained)) && NodeDecider.Emptied(health, now) is NodeDecision.Change change)
            await Become(_node with { Health = change.Next }, mustStore: true);
        else
            await Evict(attempts, $"node {Name} is drained by {health.By}: {health.Reason}");
    }

    private async Task Evict(ImmutableArray<AttemptId> attempts, string reason)
    {
        foreach (var some in attempts.Chunk(options.Value.EvictionsAtOnce))
            await Task.WhenAll(some.Select(a => Evict(a, reason)));
    }

    private async Task Evict(AttemptId attempt, string reason)
    {
        try
        {
            await grains.GetGrain<IJobGrain>(attempt.Job.Value).Evict(attempt.Number, reason).WaitAsync(options.Value.RetryPeriod, time);
        }
        catch (Exception e)
        {
            GrainLog.NodeEvictFailed(log, e, Name.Value, attempt.ToString());
        }
    }

    /// <summary>Who is on the node; null when the rack did not answer, then it is told again later.</summary>
    private async Task<ImmutableArray<AttemptId>?> TellRack()
    {
        var saying = (_node.Rack, TakesWork);
        try
        {
            var answer = await grains.GetGrain<IRackGrain>(saying.Rack.Value).SetSchedulable(Name, saying.TakesWork).WaitAsync(options.Value.RetryPeriod, time);
            (_told, _wasTold, _wasEmpty) = (saying, true, answer.Attempts.IsEmpty && !saying.TakesWork);
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
