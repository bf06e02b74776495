using System.Diagnostics.Metrics;
using Grains.Pools;
using Microsoft.Extensions.DependencyInjection;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Grains.Tests.Pools;

public sealed class PoolInstrumentsTests
{
    [Fact]
    public void What_became_of_promises_is_counted_by_kind_and_outcome_and_nothing_else_is()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var counted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = instrument.Name["orleans_scheduler_pool_".Length..] + " " + string.Join(' ', tags.ToArray().Select(t => t.Value));
            counted[name] = counted.GetValueOrDefault(name) + value;
        });
        listener.Start();
        var instruments = new PoolInstruments(meters);

        instruments.OnPromises("p", default);
        instruments.OnPromises("p", new PoolTally { Asked = 3, CalledOff = 1, MadeRoom = 2, Evictions = new PromiseTally { Made = 2, Elsewhere = 1 } });
        instruments.OnPromises("p", new PoolTally { Asked = 1, Backfilled = 4, Reservations = new PromiseTally { Made = 5, Kept = 3, Dropped = 2 } });

        Assert.Equal(
            [
                ("backfilled p", 4), ("evictions p asked", 4), ("evictions p called_off", 1), ("evictions p made_room", 2), ("promises p eviction elsewhere", 1),
                ("promises p eviction made", 2), ("promises p reservation dropped", 2), ("promises p reservation kept", 3), ("promises p reservation made", 5),
            ],
            counted.Select(c => (c.Key, c.Value)));
    }

    [Fact]
    public void A_recorded_decision_that_came_out_otherwise_is_a_broken_invariant_of_its_pool()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        List<string> seen = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(t => t.Value))}"));
        listener.Start();

        new PoolInstruments(meters).OnReplay("p", new ReplayReport
        {
            Verdict = ReplayVerdict.Different, Entries = 10, Decisions = 3, Differences = 2, Skipped = 0, Snapshots = 1, From = default, To = default, StateHash = "",
        });

        Assert.Equal(["orleans_scheduler_invariant_checks 11 p replay", "orleans_scheduler_invariant_failures 2 p replay"], seen);
    }
}
