using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>
/// Makes one scale set agree with its grain: read → compare → write if it still matches → follow → report. Leader only. What is about to be asked for
/// is durable in the grain before the cloud hears of it, and where to follow it after; so another process goes on from there.
/// </summary>
internal sealed class ScaleSetReconciler(
    string set, IScaleSetCloud cloud, IScaleSetIntents intents, INodeSource nodes, ILeader leader, ScaleSetOptions options, TimeProvider time,
    ILogger<ScaleSetReconciler> logger, ScaleBoard? board = null, IMachineProtection? protection = null)
{
    /// <summary>From the request until machines are listed; a refusal mostly comes before that, and is not to wait behind reads.</summary>
    private static readonly TimeSpan s_namesWithin = TimeSpan.FromSeconds(3);

    /// <summary>Requests that are left for reads which a write waits for: all the others take their turn.</summary>
    private const int KeptForNews = 100;

    private readonly ScaleBoard _board = board ?? new ScaleBoard();
    private bool _isThrottled;
    private long? _readAt;
    private long? _turn;

    /// <summary>Until it is cancelled, on the scheduler of whoever calls it.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var wait = options.ReadEvery;
            try
            {
                wait = leader.Epoch is { } epoch ? await Round(epoch, cancellationToken) : options.FollowEvery;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (NotLeadingException)
            {
                wait = options.FollowEvery;
            }
#pragma warning disable CA1031 // Whatever broke, the whole is looked at again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                AzureLog.Failed(logger, e, set, wait);
            }

            // What the cloud wants us to wait for is waited for, whoever has news.
            await (_isThrottled ? Pause.For(wait, time, cancellationToken) : _board.WakeOf(set).Within(wait, time, cancellationToken));
        }
    }

    /// <summary>One look and at most one write. Answers how long to wait for the next.</summary>
    internal async Task<TimeSpan> Round(long epoch, CancellationToken cancellationToken)
    {
        _isThrottled = false;

        // 1. What is under way is followed without reading the set: operations are cheaper to look at.
        var state = await intents.Get(set).WaitAsync(options.CallTimeout, time, cancellationToken);
        if (state is null)
        {
            return options.ReadEvery;
        }

        if (state.Operation is { Url.Length: > 0 } operation)
        {
            var wait = await Follow(operation, epoch, cancellationToken);
            if (wait > TimeSpan.Zero && !_isThrottled)
            {
                await LookAtNewMachines(operation, epoch, cancellationToken);
            }

            return wait;
        }

        // 2. The set as it stands, at once if something is to be done. A read that failed, or was refused, says nothing, and nothing follows from it.
        if (!HasNews(state, epoch) && UntilMyTurn() is var turn && turn > TimeSpan.Zero)
        {
            return turn;
        }

        _turn = null;
        switch (await Call(token => cloud.Read(set, token), cancellationToken))
        {
            case CloudAnswer<ScaleSetReading>.Done done:
                var seen = await See(done.Value, epoch, cancellationToken);
                state = await intents.Get(set).WaitAsync(options.CallTimeout, time, cancellationToken);
                var step = ScaleSetDecider.Step(state!, seen, epoch, options.JoinWithin, time.GetUtcNow());
                if (step is ScaleSetStep.Wait)
                {
                    await Protect(state!, seen, epoch, cancellationToken);
                }

                return await Do(step, epoch, cancellationToken);
            case CloudAnswer<ScaleSetReading>.Throttled throttled:
                return Throttled(throttled.RetryAfter);
            default:
                return options.ReadEvery;
        }
    }

    /// <summary>
    /// While machines are on their way, seldom: they are given their names before they join, and whose they are must be known by then. Nothing but that
    /// follows from it, and a read that failed is made up for by the next.
    /// </summary>
    private async Task LookAtNewMachines(ScaleSetOperation operation, long epoch, CancellationToken cancellationToken)
    {
        var isYoung = time.GetUtcNow() - operation.StartedAt < (options.ReadEvery < s_namesWithin ? options.ReadEvery : s_namesWithin);
        if (operation.Capacity is null || isYoung || (_readAt is { } last && time.GetElapsedTime(last) < options.ReadEvery) || UntilMyTurn() > TimeSpan.Zero)
        {
            return;
        }

        (_readAt, _turn) = (time.GetTimestamp(), null);
        if (await Call(token => cloud.Read(set, token), cancellationToken) is CloudAnswer<ScaleSetReading>.Done done)
        {
            await See(done.Value, epoch, cancellationToken);
        }
    }

    /// <summary>As far as is known, something is to be done: reads that only look must not be in its way. Many sets are read often, and the cloud counts all reads as one.</summary>
    private bool HasNews(ScaleSetState state, long epoch) => state.Operation is not null || _board.Find(set)?.Reading is not { IsUpdating: false } seen
        || ScaleSetDecider.Step(state, seen, epoch, options.JoinWithin, time.GetUtcNow()) is not ScaleSetStep.Wait;

    /// <summary>Zero: a look may be sent now.</summary>
    private TimeSpan UntilMyTurn()
    {
        if (cloud.ReadsLeft >= KeptForNews)
        {
            return TimeSpan.Zero;
        }

        _turn ??= _board.TurnToRead(time);
        return time.GetElapsedTime(time.GetTimestamp(), _turn.Value) is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task<ScaleSetReading> See(ScaleSetReading reading, long epoch, CancellationToken cancellationToken)
    {
        var seen = await WithNodes(reading, cancellationToken);
        _board.Saw(set, seen);
        await Report(new ScaleSetReport { Fence = epoch, Seen = seen }, cancellationToken);
        return seen;
    }

    /// <summary>Some of the machines whose protection is not as wanted, while there is nothing else to do: capacity has the same limits, and comes first.</summary>
    private async Task Protect(ScaleSetState state, ScaleSetReading seen, long epoch, CancellationToken cancellationToken)
    {
        if (protection is null)
        {
            return;
        }

        foreach (var (instance, on) in ScaleProtection.Changes(state, seen).Take(options.ProtectAtOnce))
        {
            if (!_board.MayProtect(time))
            {
                return;
            }

            leader.MustStillLead(epoch);
            var answer = await Call(token => protection.Protect(set, instance, on, token), cancellationToken);
            AzureLog.Protects(logger, set, instance, on, answer is CloudAnswer<string>.Done ? "done" : answer.ToString());
            if (answer is CloudAnswer<string>.Throttled or CloudAnswer<string>.Unknown)
            {
                return;
            }
        }
    }

    private async Task<TimeSpan> Do(ScaleSetStep step, long epoch, CancellationToken cancellationToken)
    {
        if (step is not ScaleSetStep.Wait)
        {
            AzureLog.Doing(logger, set, step.ToString());
        }

        switch (step)
        {
            case ScaleSetStep.Superseded:
                throw new NotLeadingException($"another leader has written {set} since epoch {epoch}");
            case ScaleSetStep.Settle settle:
                await Report(new ScaleSetReport { Fence = epoch, Ended = "", Failure = settle.Failure }, cancellationToken);
                return TimeSpan.Zero;
            case ScaleSetStep.Claim claim:
                leader.MustStillLead(epoch);
                var claimed = await Call(token => cloud.Claim(set, epoch, claim.IfMatch, token), cancellationToken);
                return claimed is CloudAnswer<string>.Throttled { RetryAfter: var later } ? Throttled(later)
                    : claimed is CloudAnswer<string>.Done ? TimeSpan.Zero : options.FollowEvery;
            case ScaleSetStep.Grow grow:
                return await Ask(grow.Capacity, token => cloud.SetCapacity(set, grow.Capacity, epoch, grow.IfMatch, token), epoch, cancellationToken);
            case ScaleSetStep.Delete delete:
                return await Ask(null, token => cloud.Delete(set, delete.Instances, token), epoch, cancellationToken);
            default:
                return options.ReadEvery;
        }
    }

    /// <summary>The intent first, then the cloud, then what it said.</summary>
    private async Task<TimeSpan> Ask(int? capacity, Func<CancellationToken, Task<CloudAnswer<string>>> ask, long epoch, CancellationToken cancellationToken)
    {
        _board.Changes(set);
        var operation = new ScaleSetOperation { Url = "", Capacity = capacity, StartedAt = time.GetUtcNow() };
        await Report(new ScaleSetReport { Fence = epoch, Began = operation }, cancellationToken);
        leader.MustStillLead(epoch);
        switch (await Call(ask, cancellationToken))
        {
            case CloudAnswer<string>.Done begun:
                await Report(new ScaleSetReport { Fence = epoch, Began = operation with { Url = begun.Value } }, cancellationToken);
                _readAt = null;
                return options.FollowFirst;
            case CloudAnswer<string>.Failed failed:
                AzureLog.NoMachines(logger, set, failed.Failure.ToString(), failed.Message);
                await Report(new ScaleSetReport { Fence = epoch, Ended = "", Failure = failed.Failure }, cancellationToken);
                _board.Failed(set);
                return TimeSpan.Zero;
            case CloudAnswer<string>.Changed or CloudAnswer<string>.NotFound:
                await Report(new ScaleSetReport { Fence = epoch, Ended = "" }, cancellationToken);
                return options.FollowEvery;
            case CloudAnswer<string>.Throttled throttled:
                await Report(new ScaleSetReport { Fence = epoch, Ended = "" }, cancellationToken);
                return Throttled(throttled.RetryAfter);
            default:
                // It may have been heard: the next readings tell.
                return options.ReadEvery;
        }
    }

    private async Task<TimeSpan> Follow(ScaleSetOperation operation, long epoch, CancellationToken cancellationToken)
    {
        var url = operation.Url;
        switch (await Call(token => cloud.Follow(url, token), cancellationToken))
        {
            case CloudAnswer<OperationStatus>.Done { Value: OperationStatus.Failed failed }:
                AzureLog.NoMachines(logger, set, failed.Failure.ToString(), failed.Message);
                await Report(new ScaleSetReport { Fence = epoch, Ended = url, Failure = failed.Failure }, cancellationToken);
                _board.Failed(set);
                return TimeSpan.Zero;
            case CloudAnswer<OperationStatus>.Done { Value: OperationStatus.Succeeded } or CloudAnswer<OperationStatus>.NotFound:
                await Report(new ScaleSetReport { Fence = epoch, Ended = url }, cancellationToken);
                return TimeSpan.Zero;
            case CloudAnswer<OperationStatus>.Throttled throttled:
                return Throttled(throttled.RetryAfter);
            default:
                // Refusals mostly come early, and another set is to be asked soon after; who has got machines waits for them anyway.
                return time.GetUtcNow() - operation.StartedAt < options.FollowClosely ? options.FollowFirst : options.FollowEvery;
        }
    }

    private TimeSpan Throttled(TimeSpan wait)
    {
        _isThrottled = true;
        return wait;
    }

    /// <summary>Which of the machines are nodes.</summary>
    private async Task<ScaleSetReading> WithNodes(ScaleSetReading seen, CancellationToken cancellationToken)
    {
        HashSet<NodeId> known = [.. (await nodes.Read(cancellationToken)).Racks.SelectMany(r => r.Nodes).Select(n => n.Name)];
        return seen with { Instances = [.. seen.Instances.Select(i => i with { HasJoined = known.Contains(i.Node) })] };
    }

    private async Task Report(ScaleSetReport report, CancellationToken cancellationToken)
    {
        leader.MustStillLead(report.Fence);
        var answer = await intents.Report(set, report).WaitAsync(options.CallTimeout, time, cancellationToken);
        if (!answer.IsDone)
        {
            throw new NotLeadingException(answer.Message ?? "the report was refused");
        }
    }

    private Task<CloudAnswer<T>> Call<T>(Func<CancellationToken, Task<CloudAnswer<T>>> call, CancellationToken cancellationToken) => Deadline.Call(
        call, () => new CloudAnswer<T>.Unknown($"no answer within {options.CallTimeout}"), options.CallTimeout, time, cancellationToken);
}
