using Grains.Jobs;
using Grains.Pools;
using Scheduling;
using Scheduling.Model;
using Scheduling.Racks;

namespace Grains.Racks;

/// <summary>
/// What a rack does unasked: it ends holds whose lease ran out, and tells its pool what changed without the pool. The timer
/// interleaves, for these calls wait for others, and a pool that is placing must not wait for them.
/// </summary>
internal sealed partial class RackGrain
{
    private readonly Dictionary<AttemptId, DateTimeOffset> _askAgain = [];
    private long _seenOffer;
    private bool _hasOtherNews;
    private DateTimeOffset _tellAt;
    private DateTimeOffset? _announceAt;

    private bool HasNews => _ledger.IsOffered && (_hasOtherNews || _seenOffer != _ledger.OfferVersion);

    private void BeginChores()
    {
        _chores = this.RegisterGrainTimer(DoChores, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
        {
            Interleave = true,
            KeepAlive = true,
        });
        _seenOffer = _ledger.OfferVersion;
        if (_ledger.IsOffered)
            _announceAt = time.GetUtcNow() + (options.Value.AnnounceAfter * (1 + Spread()));
        WindChores();
    }

    /// <summary>An answer on its way shows the pool everything.</summary>
    private void PoolHasSeen()
    {
        _seenOffer = _ledger.OfferVersion;
        _hasOtherNews = false;
        _announceAt = null;
    }

    /// <summary>Sets the timer to the next thing to do, if there is any.</summary>
    private void WindChores()
    {
        var now = time.GetUtcNow();
        var tell = HasNews ? _tellAt : _announceAt;
        var ask = NextAsk();
        if ((tell < ask ? tell : ask ?? tell) is not { } next)
            _chores.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        else
            _chores.Change(next > now ? next - now : TimeSpan.Zero, options.Value.RetryPeriod);
    }

    /// <summary>When a job is next to be asked about its hold. One that did not answer is not asked again at once.</summary>
    private DateTimeOffset? NextAsk()
    {
        var next = _ledger.NextLeaseEnd(_askAgain.ContainsKey);
        foreach (var again in _askAgain.Values)
        {
            if (!(again >= next))
                next = again;
        }

        return next;
    }

    private async Task DoChores(CancellationToken cancellationToken)
    {
        try
        {
            await EndOverdueHolds();
            if ((HasNews ? _tellAt : _announceAt) <= time.GetUtcNow())
                await TellPool();
        }
        finally
        {
            WindChores();
        }
    }

    /// <summary>A bounded number per round; those whose job does not answer wait, and the others go first.</summary>
    private async Task EndOverdueHolds()
    {
        var now = time.GetUtcNow();
        foreach (var (attempt, until) in _askAgain)
        {
            if (until <= now)
                _askAgain.Remove(attempt);
        }

        var overdue = _ledger.Overdue(now, options.Value.FencesPerRound, _askAgain.ContainsKey);
        if (overdue.Count > 0)
            await Task.WhenAll(overdue.Select(EndOverdueHold));
    }

    /// <summary>
    /// Only the job knows whether this plan was committed. If it was, the rack makes up for the commit that did not come; if not, the
    /// job has burnt the attempt durably before it answered, so what was held can be freed.
    /// </summary>
    private async Task EndOverdueHold(RackAllocation hold)
    {
        var plan = new PlanRef(hold.Attempt, hold.Plan);
        bool isCommitted;
        try
        {
            isCommitted = Guards.Hold(Guard.LeaseAsksJob)
                && (await grains.GetGrain<IJobGrain>(hold.Attempt.Job.Value).Fence(hold.Attempt.Number, hold.Plan)).Committed;
        }
        catch (Exception e)
        {
            GrainLog.RackFenceFailed(log, e, _rack.Value, hold.Attempt.ToString());
            _askAgain[hold.Attempt] = time.GetUtcNow() + options.Value.RetryPeriod;
            return;
        }

        // While the job was asked the pool may have settled this hold, or put a newer plan in its place.
        if (_ledger.Find(hold.Attempt) is not { Committed: false } present || present.Plan != hold.Plan)
            return;
        var turn = new List<RackEntry>();
        Take(isCommitted ? _ledger.DecideCommit(plan) : _ledger.DecideRelease(plan), turn);
        _hasOtherNews = true;
        await Save(turn);
        GrainLog.RackHoldEnded(log, _rack.Value, plan.ToString(), isCommitted);
        instruments.OnHoldExpired(_rack.Pool.Value, isCommitted);
    }

    private async Task TellPool()
    {
        var view = _ledger.View();
        var seen = _ledger.OfferVersion;
        _hasOtherNews = false;
        _tellAt = time.GetUtcNow() + options.Value.TellSpacing;
        try
        {
            await _journal.AppendAsync([]); // What the pool is told must be durable.
            await grains.GetGrain<IPoolGrain>(_rack.Pool.Value).RackChanged(view);
            _announceAt = null;
            _seenOffer = seen;

            // The pool drops a view that is older than an answer it had to a command of its own meanwhile: then it is told once more.
            _hasOtherNews |= _ledger.Version != view.Version;
        }
        catch (Exception e)
        {
            GrainLog.RackPoolNotTold(log, e, _rack.Value);
            _hasOtherNews = true;
            _tellAt = time.GetUtcNow() + options.Value.RetryPeriod;
        }
    }

    /// <summary>0–1, by the rack's name alone.</summary>
    private double Spread()
    {
        var hash = 17u;
        foreach (var c in _rack.Value)
            hash = (hash * 31) + c;
        return hash % 1000 / 1000.0;
    }
}
