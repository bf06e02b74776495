using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// What a pool does between its turns: takes over its racks, starts planning rounds when something happened, gives back what
/// is over, and takes up again what is in doubt. Everything runs on the grain's scheduler, one step at a time.
/// </summary>
internal sealed class PoolRounds(PoolCore core, PoolQuota quota, IGrainFactory grains, IJobIndex jobs, PoolInstruments instruments, ILogger log)
{
    private readonly PoolSteps _steps = new(core, quota, grains, log);
    private readonly HashSet<PoolAttempt> _inDoubt = [];
    private readonly HashSet<PoolAttempt> _freeLater = [];
    private readonly HashSet<PoolAttempt> _unsettled = [];
    private readonly HashSet<RackId> _unattached = [];
    private readonly HashSet<CalledOff> _callOffLater = [];
    private readonly HashSet<CalledOff> _calledOffMeanwhile = [];
    private readonly Dictionary<AttemptId, int> _asking = [];
    private readonly PoolAudits _audits = new(core, grains, jobs, instruments, log);
    private bool _started;
    private bool _pumping;
    private bool _kicked;
    private bool _claiming;
    private int _rounds;
    private int _background;

    private PoolMachine Machine => core.Machine;

    public PoolAudit Audits => _audits.Last;

    /// <summary>Attaches to the racks, then carries on what the activation before left unfinished.</summary>
    public void Start() => Run(async () =>
    {
        await Task.Yield();
        _unattached.UnionWith(Machine.KnownRacks);
        await AttachAll();
        core.HaveAttached();
        core.Tell().AttachClaims();
        Run(core.Flush);
        foreach (var attempt in Machine.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Placing))
        {
            attempt.MayBeCommitted = true;
            _inDoubt.Add(attempt);
        }

        _started = true;
        TakeUpDoubts();
        Kick();
    });

    /// <summary>Something happened that may let a job start. Cheap to call; one pump runs at a time.</summary>
    public void Kick()
    {
        _kicked = true;
        if (_started && !_pumping)
        {
            _pumping = true;
            Run(Pump);
        }
    }

    /// <summary>The recipe: 1 give back what is over; 2 plan the next few in order; 3 carry them through, several rounds at once.</summary>
    private async Task Pump()
    {
        try
        {
            while (_kicked)
            {
                _kicked = false;

                // Let turns that are queued already have their say first: the round is larger and the disk is asked less often.
                await Task.Yield();
                if (Machine.TakeFreeing() is { Count: > 0 } freeing)
                {
                    Run(() => Free(freeing));
                }

                if (Machine.TakeLetGo() is { Count: > 0 } content)
                {
                    Run(() => quota.LetGo(content));
                }

                if (!_claiming && core.Tell().ClaimsDue)
                {
                    _claiming = true;
                    Run(PlanClaims);
                }

                while (_rounds < core.Options.MaxRounds && core.Tell().Plan(core.Options.RoundSize) is { Count: > 0 } planned)
                {
                    _rounds++;
                    Run(() => Carry(planned));
                    await Task.Yield();
                }

                if (Machine.HasCalledOff)
                {
                    Run(() => CallOff(Machine.TakeCalledOff()));
                }
            }
        }
        finally
        {
            _pumping = false;
            core.Demand.Move();
            instruments.OnPromises(Machine.Pool.Value, Machine.TakeTally());
        }
    }

    /// <summary>Promises to those who wait for room or for what others borrow; durable before anybody is asked to leave.</summary>
    private async Task PlanClaims()
    {
        try
        {
            await quota.Ask();
            core.Tell().PlanClaims();
            await core.Flush();
        }
        finally
        {
            _claiming = false;
        }

        await Evict(standing: false);
    }

    private async Task Evict(bool standing)
    {
        if (Machine.Promises.Count == 0)
        {
            // What was dropped may have called somebody off: the pump tells them.
            Kick();
            return;
        }

        var agreed = await quota.Confirm(standing);
        await core.Flush();
        Kick();
        var wanted = Machine.WantedEvictions().Where(w => !w.Victim.PreemptionAsked && agreed.Contains(w.Preemptor)).ToList();
        foreach (var (victim, _) in wanted)
        {
            victim.PreemptionAsked = true;
            _asking[victim.Id] = _asking.GetValueOrDefault(victim.Id) + 1;
        }

        try
        {
            await _steps.Evict(wanted);
        }
        finally
        {
            await HaveAsked(wanted.Select(w => w.Victim.Id));
        }
    }

    /// <summary>Whose eviction was called off while the request was on its way hears so now: the two must not arrive the other way round.</summary>
    private async Task HaveAsked(IEnumerable<AttemptId> victims)
    {
        foreach (var victim in victims)
        {
            if (--_asking[victim] == 0)
            {
                _asking.Remove(victim);
            }
        }

        var heard = _calledOffMeanwhile.Where(o => !_asking.ContainsKey(o.Victim)).ToList();
        if (heard.Count > 0)
        {
            _calledOffMeanwhile.ExceptWith(heard);
            await CallOff(heard);
        }
    }

    /// <summary>Who need not go hears it at once, whether or not anybody else waits for room. Durable first; who did not hear it is told again.</summary>
    private async Task CallOff(IReadOnlyList<CalledOff> evictions)
    {
        await core.Flush();
        _calledOffMeanwhile.UnionWith(evictions.Where(o => _asking.ContainsKey(o.Victim)));
        _callOffLater.UnionWith(await _steps.CallOff([.. evictions.Where(o => !_calledOffMeanwhile.Contains(o))]));
    }

    private async Task Carry(IReadOnlyList<PoolAttempt> attempts)
    {
        try
        {
            var started = core.Time.GetTimestamp();
            var outcome = await _steps.Place(attempts);
            _inDoubt.UnionWith(outcome.InDoubt);
            _unsettled.UnionWith(outcome.Unsettled);
            instruments.OnRound(Machine.Pool.Value, attempts.Count, outcome.Committed, outcome.Aborted, outcome.InDoubt.Count, core.Time.GetElapsedTime(started));
            GrainLog.RoundEnded(log, Machine.Pool.Value, attempts.Count, outcome.Committed, outcome.Aborted);
        }
        catch
        {
            // Whatever went wrong, what is between plan and commit is taken up again.
            _inDoubt.UnionWith(attempts.Where(a => a.Stage == AttemptStage.Placing));
            throw;
        }
        finally
        {
            _rounds--;
            Kick();
        }
    }

    private async Task Free(IReadOnlyList<PoolAttempt> attempts)
    {
        try
        {
            _freeLater.UnionWith(await _steps.Free(attempts));
        }
        catch
        {
            // Not those that are forgotten already: if that could not be written down, this activation is over.
            _freeLater.UnionWith(attempts.Where(a => ReferenceEquals(Machine.Find(a.Id), a)));
            throw;
        }

        Kick();
    }

    /// <summary>On a timer: what did not answer is asked again.</summary>
    public async Task Retry()
    {
        if (!_started || core.HandOverInTime(isBusy: _background > 0))
        {
            return;
        }

        core.Tell();
        await AttachAll();
        TakeUpDoubts();
        if (_freeLater.Count > 0)
        {
            var again = _freeLater.ToList();
            _freeLater.Clear();
            Run(() => Free(again));
        }

        if (_unsettled.Count > 0)
        {
            Run(Settle);
        }

        // A request that came later than its being called off is called off by whom it was for: whoever saves its work while nobody wants its place.
        _callOffLater.UnionWith(Machine.SaveForNobody());
        if (_callOffLater.Count > 0)
        {
            var again = _callOffLater.Where(o => Machine.Find(o.Victim) is { Stage: AttemptStage.Running, StopWanted: false, EvictedFor: null }).ToList();
            _callOffLater.Clear();
            Run(() => CallOff(again));
        }

        if (core.SaveLedgerInTime())
        {
            Run(core.Flush);
        }

        Machine.ReviewClaims();
        foreach (var (victim, _) in Machine.WantedEvictions())
        {
            // Whoever was asked and still runs undisturbed did not hear it.
            victim.PreemptionAsked = false;
        }

        Run(() => Evict(standing: true));
        Machine.AskQuotaAgain();
        Kick();
    }

    /// <summary>What is not settled stays in the list while it is tried: the auditor must know that it is under way.</summary>
    private async Task Settle()
    {
        var again = _unsettled.ToList();
        var still = await _steps.SettleAll(again);
        _unsettled.ExceptWith(again.Except(still));
    }

    /// <summary>A rack told of itself, or was asked.</summary>
    public void SeeRack(RackView view)
    {
        if (view.Epoch > Machine.Epoch)
        {
            core.Fenced();
            return;
        }

        var isNew = !Machine.KnownRacks.Contains(view.Spec.Rack);
        if (!Machine.SeeRack(view))
        {
            // It was sent before a command of ours and came after its answer: what is new in it must not be lost.
            Run(() => LookAgain(view.Spec.Rack));
            return;
        }

        Run(isNew ? () => AttachNew(view.Spec.Rack) : core.Flush);
        Kick();
    }

    /// <summary>Durable first: a rack that was attached does not announce itself again, so the next activation must know of it.</summary>
    private async Task AttachNew(RackId rack)
    {
        await core.Flush();
        _unattached.Add(rack);
        await AttachOne(rack);
    }

    private async Task LookAgain(RackId rack)
    {
        for (var look = 0; look < core.Options.StepTries; look++)
        {
            if (await grains.GetGrain<IRackGrain>(rack.Value).GetView() is { } fresh && Machine.SeeRack(fresh))
            {
                await core.Flush();
                Kick();
                return;
            }
        }

        // Still overtaken: it is asked with everything else that has no answer.
        _unattached.Add(rack);
    }

    /// <summary>See <see cref="IPoolGrain.Audit"/>.</summary>
    public Task<PoolAudit> Audit() => _audits.Run(_unsettled);

    private void TakeUpDoubts()
    {
        foreach (var chunk in _inDoubt.OrderBy(a => a.Plan).Chunk(core.Options.RoundSize))
        {
            _rounds++;
            Run(() => Carry(chunk));
        }

        _inDoubt.Clear();
    }

    private Task AttachAll() => _unattached.Count == 0 ? Task.CompletedTask :
        Parallelism.ForEach(_unattached.OrderBy(r => r.Value, StringComparer.Ordinal).ToList(), core.Options.AttachConcurrency, AttachOne);

    private async Task AttachOne(RackId rack)
    {
        try
        {
            var view = await grains.GetGrain<IRackGrain>(rack.Value).Attach(Machine.Epoch);
            if (view.Epoch > Machine.Epoch)
            {
                core.Fenced();
                return;
            }

            _unattached.Remove(rack);
            Machine.SeeRack(view);
            await _steps.Mend(view);
            await core.Flush();
            Kick();
        }
        catch (Exception e)
        {
            GrainLog.StepFailed(log, e, Machine.Pool.Value, $"attaching to rack {rack}");
        }
    }

    /// <summary>Starts background work on the grain's scheduler; a failure is logged, never lost.</summary>
    private void Run(Func<Task> work) => _ = Watch(work);

    private async Task Watch(Func<Task> work)
    {
        _background++;
        try
        {
            await work();
        }
        catch (Exception e)
        {
            GrainLog.BackgroundFailed(log, e, Machine.Pool.Value);
            if (e is InvariantViolationException)
            {
                // The picture in memory is not to be trusted: read it back from the journal.
                core.Deactivate();
            }
        }
        finally
        {
            _background--;
        }
    }
}
