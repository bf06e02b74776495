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
                    await Look(await Demand(cancellationToken));
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
    internal async Task Look(ScaleDemand? demand)
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
        await Do(plan);
        await Protect(offered, demand, now);
        TellUnmet(plan, demand);
    }

    /// <summary>The next answer of the pool, or the present one when something else happened.</summary>
    private async Task<ScaleDemand?> Demand(CancellationToken cancellationToken)
    {
        _asked ??= grains.GetDemand(pool, _last?.Demand.Version ?? -1, options.ReviewEvery);
        await Task.WhenAny(_asked, _wake.Told).WaitAsync(options.ReviewEvery + options.CallTimeout, time, cancellationToken);
        _wake.Take();
        if (!_asked.IsCompleted)
        {
            return await grains.GetDemand(pool, -1, TimeSpan.Zero).WaitAsync(options.CallTimeout, time, cancellationToken);
        }

        var asked = _asked;
        _asked = null;
        return await asked;
    }

    private async Task Configure(long epoch)
    {
        if (_configuredFor == epoch)
        {
            return;
        }

        foreach (var set in sets)
        {
            var answer = await grains.Configure(AzureMapper.ToSpec(set, settings));
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

    private async Task Do(ScalePlan plan)
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
        if (!plan.Earmarks.IsEmpty)
        {
            await grains.SetEarmarks(pool, plan.Earmarks).WaitAsync(options.CallTimeout, time);
        }

        // All sets at once: a gang that several sets complete waits for the slowest of them.
        await Task.WhenAll(plan.Wants.Select(async want => Check(want.Set, await grains.Want(want.Set, want.Capacity, want.Reason))));
        await Task.WhenAll(plan.Returns.GroupBy(r => r.Set).Select(async of =>
            Check(of.Key, await grains.Remove(of.Key, [.. of.Select(r => new ScaleSetMachine(r.Instance, r.Node))], of.First().Reason))));
    }

    /// <summary>Not with every job that comes or goes: each change is a record that is written, and a call to the cloud.</summary>
    private async Task Protect(ImmutableArray<OfferedSet> offered, ScaleDemand demand, DateTimeOffset now)
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
                await grains.Protect(set.Offer.Set, wanted).WaitAsync(options.CallTimeout, time);
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
