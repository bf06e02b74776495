using System.Collections.Immutable;
using Gateway.Backends;
using Gateway.Leadership;
using Grains.ScaleSets;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>
/// Plans one pool's capacity whenever its demand changes, the cloud refuses something, or some time has passed, and tells the scale sets what is
/// wanted of them. Leader only. It also knows which machines are nodes: those that the pool has.
/// </summary>
internal sealed class PoolScaler(
    PoolId pool, AzurePool settings, ImmutableArray<AzureScaleSet> sets, IScalingGrains grains, ScaleBoard board, CloudQuota quota, ILeader leader,
    ScaleSetOptions options, TimeProvider time, ILogger<PoolScaler> logger) : INodeSource
{
    private readonly ScalePolicy _policy = AzureMapper.ToPolicy(settings);
    private readonly ImmutableArray<ScaleOffer> _offers = [.. sets.Select(AzureMapper.ToOffer)];
    private readonly Wake _wake = new();
    private readonly NodeWatch _watch = new(grains, settings, options);
    private readonly Dictionary<AttemptId, DateTimeOffset> _unmetSince = [];
    private Task<ScaleDemand?>? _asked;
    private (ScaleDemand Demand, long At)? _last;
    private long? _configuredFor;
    private long? _protectedAt;
    private string _unmet = "";

    public string Name => $"pool {pool}";

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        foreach (var set in sets)
        {
            board.Follow(set.Id, _wake);
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            var wait = options.PlanPause;
            try
            {
                if (leader.Epoch is { } epoch)
                {
                    await Configure(epoch);
                    await Look(await Demand(cancellationToken), epoch);
                }
                else
                {
                    (wait, _configuredFor, _last) = (options.FollowEvery, null, null);
                    _watch.Forget();
                    _unmetSince.Clear();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, the whole is looked at again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                wait = options.FollowFirst;
                AzureLog.PlanFailed(logger, e, pool, wait);
            }

            await Pause.For(wait, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<ClusterInventory> Read(CancellationToken cancellationToken) =>
        _last is { } last && time.GetElapsedTime(last.At) < options.CallTimeout * 2
            ? Task.FromResult(new ClusterInventory { Racks = [.. last.Demand.Racks.Select(r => r.Spec)] })
            : throw new InventoryException($"{Name} was not seen lately: nothing is known of its nodes");

    /// <summary>One plan, carried out.</summary>
    private async Task Look(ScaleDemand? demand, long epoch)
    {
        if (demand is null)
        {
            return;
        }

        var isFirst = _last is null;
        _last = (demand, time.GetTimestamp());
        if (isFirst)
        {
            // Readings were of no use before it was known which machines are nodes.
            WakeAll();
        }

        var now = time.GetUtcNow();
        await _watch.See(demand, now).WaitAsync(options.CallTimeout, time);
        var states = await Task.WhenAll(_offers.Select(o => grains.GetState(o.Set)));
        var offered = _offers.Select((offer, i) => (Offer: offer, State: states[i], Seen: board.Find(offer.Set), Settings: sets[i])).Where(s => s is { State: not null, Seen: not null })
            .Select(s => new OfferedSet { Offer = s.Offer, State = s.State!, Instances = s.Seen!.Reading.Instances, IsSettled = s.Seen.IsSettled && s.State!.Operation is null, Quotas = quota.Left(s.Settings) }).ToImmutableArray();
        if (offered.IsEmpty)
        {
            return;
        }

        var plan = ScalePlanner.Plan(new ScaleScene
        {
            Now = now, Policy = _policy, Demand = demand, Sets = offered, IdleSince = _watch.IdleSince, Broken = _watch.Broken,
            JoinWithin = options.JoinWithin, UnmetSince = _unmetSince.ToImmutableDictionary(),
            RecentDeletions = offered.Sum(s => ScaleSetDecider.ReturnedLately(s.State, now)),
        });
        SeeUnmet(plan, now);

        // What was planned takes effect only where it still leads and nothing else was done since: who receives it sees to that.
        var bases = offered.ToDictionary(s => s.Offer.Set, s => new ScaleBasis { Leadership = epoch, Version = s.State.Version, Demand = demand.Version });
        await Do(plan, demand, bases);
        await Protect(offered, demand, epoch, now);
        TellUnmet(plan, demand);
    }

    /// <summary>The next answer of the pool, or the present one when something else happened. One that came while something else was done, or is older than what was planned from, only wakes.</summary>
    private async Task<ScaleDemand?> Demand(CancellationToken cancellationToken)
    {
        _asked ??= grains.GetDemand(pool, _last?.Demand.Version ?? -1, options.ReviewEvery);
        var asked = _asked;
        var isFresh = !asked.IsCompleted;
        if (isFresh)
        {
            await Task.WhenAny(asked, _wake.Told).WaitAsync(options.ReviewEvery + options.CallTimeout, time, cancellationToken);
        }

        _wake.Take();
        if (asked.IsCompleted)
        {
            _asked = null;
            if (await asked is var answer && isFresh && !(answer?.Version < _last?.Demand.Version))
            {
                return answer;
            }
        }

        return await grains.GetDemand(pool, -1, TimeSpan.Zero).WaitAsync(options.CallTimeout, time, cancellationToken);
    }

    private async Task Configure(long epoch)
    {
        if (_configuredFor == epoch)
        {
            return;
        }

        foreach (var set in sets)
        {
            var answer = await grains.Configure(AzureMapper.ToSpec(set, settings), epoch);
            if (!answer.IsDone)
            {
                throw new InvalidOperationException($"{set.Id}: {answer.Message}");
            }
        }

        _configuredFor = epoch;
    }

    private void WakeAll()
    {
        foreach (var set in sets)
        {
            board.WakeOf(set.Id).Now();
        }
    }

    private void SeeUnmet(ScalePlan plan, DateTimeOffset now)
    {
        var unmet = plan.Unmet.Select(u => u.Attempt).ToHashSet();
        foreach (var over in _unmetSince.Keys.Where(a => !unmet.Contains(a)).ToList())
        {
            _unmetSince.Remove(over);
        }

        foreach (var attempt in unmet)
        {
            _unmetSince.TryAdd(attempt, now);
        }
    }

    private async Task Do(ScalePlan plan, ScaleDemand demand, Dictionary<string, ScaleBasis> bases)
    {
        foreach (var mark in plan.Earmarks)
        {
            AzureLog.Earmarks(logger, pool, mark.For, mark.Nodes.Length, mark.Until, settings.DryRun);
        }

        foreach (var want in plan.Wants)
        {
            AzureLog.Wants(logger, pool, want.Set, want.Capacity, want.Before, want.Reason, settings.DryRun);
        }

        foreach (var gone in plan.Returns)
        {
            AzureLog.Returns(logger, pool, gone.Set, gone.Instance, gone.Node, gone.Reason, settings.DryRun);
        }

        if (settings.DryRun)
        {
            return;
        }

        // What is let go here may be returned below; what is kept here never is.
        leader.MustStillLead(bases.Values.First().Leadership);
        if (!plan.Earmarks.IsEmpty && !await grains.SetEarmarks(pool, plan.Earmarks, demand.Earmarks).WaitAsync(options.CallTimeout, time))
        {
            _wake.Now();
            return;
        }

        // All sets at once: a gang that several sets complete waits for the slowest of them.
        await Task.WhenAll(bases.Select(of => Do(of.Key, of.Value, plan)));
    }

    private async Task Do(string set, ScaleBasis basis, ScalePlan plan)
    {
        foreach (var want in plan.Wants.Where(w => w.Set == set))
        {
            var answer = await grains.Want(set, want.Capacity, want.Reason, basis);
            Check(set, answer);
            basis = answer.IsDone ? basis with { Version = answer.Version } : basis;
        }

        var gone = plan.Returns.Where(r => r.Set == set).ToList();
        if (gone.Count > 0)
        {
            Check(set, await grains.Remove(set, [.. gone.Select(r => new ScaleSetMachine(r.Instance, r.Node))], gone[0].Reason, basis));
        }
    }

    /// <summary>Not with every job that comes or goes: each change is a record that is written, and a call to the cloud.</summary>
    private async Task Protect(ImmutableArray<OfferedSet> offered, ScaleDemand demand, long epoch, DateTimeOffset now)
    {
        if (settings.DryRun || !settings.Protect || (_protectedAt is { } last && time.GetElapsedTime(last) < options.ReviewEvery))
        {
            return;
        }

        _protectedAt = time.GetTimestamp();
        foreach (var set in offered)
        {
            var wanted = ScaleProtection.Wanted(set, demand, _watch.IdleSince, settings.IdleAfter, now);
            if (!set.State.Protects || !set.State.Protected.SequenceEqual(wanted))
            {
                // Whoever reads the set next acts on it: nobody is woken for that.
                await grains.Protect(set.Offer.Set, wanted, new ScaleBasis { Leadership = epoch, Demand = demand.Version }).WaitAsync(options.CallTimeout, time);
            }
        }
    }

    private void Check(string set, Grains.Answer answer)
    {
        if (answer.IsDone)
        {
            board.WakeOf(set).Now();
        }
        else
        {
            AzureLog.WantRefused(logger, pool, set, answer.Message ?? answer.Outcome.ToString());
            _wake.Now();
        }
    }

    private void TellUnmet(ScalePlan plan, ScaleDemand demand)
    {
        var unmet = plan.Unmet.IsEmpty ? "" : $"{plan.Unmet.Length} gangs, first {plan.Unmet[0].Attempt}: {plan.Unmet[0].Reason}";
        if (unmet != _unmet)
        {
            _unmet = unmet;
            AzureLog.Unmet(logger, pool, unmet.Length == 0 ? "nobody" : unmet, demand.RefusedByQuota);
        }
    }
}
