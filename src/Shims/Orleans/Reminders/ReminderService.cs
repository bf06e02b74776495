using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Activations;
using Orleans.Hosting;
using Orleans.InProcess;

namespace Orleans.Reminders;

/// <summary>
/// Wakes grains at StartAt, StartAt + Period, … A tick that falls due while the one before still runs is skipped, and
/// ticks missed while no silo was up are not made good: the next comes at its own time.
/// </summary>
internal sealed class ReminderService(Silo silo, IReminderTable table, IOptions<ReminderOptions> options)
{
    private readonly Lock _gate = new();

    // Ticks are turns like all else, so that a simulated cluster orders them too.
    private readonly TurnScheduler _turns = new(silo.Dispatcher) { Name = "reminders" };
    private readonly Dictionary<(GrainId, string), Running> _running = [];
    private bool _stopped;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await table.StartAsync(cancellationToken);
        foreach (var entry in (await table.ReadRows(0, 0)).Reminders)
        {
            Run(entry);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        StopTicking();
        await table.StopAsync(cancellationToken);
    }

    public void StopTicking()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var running in _running.Values)
            {
                running.Timer?.Dispose();
            }

            _running.Clear();
        }
    }

    public async Task<IGrainReminder> RegisterOrUpdate(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Cannot register reminder {name} of {grain}: its period of {period} is less than the minimum of {options.Value.MinimumReminderPeriod}.", nameof(period));
        }

        var entry = new ReminderEntry
        {
            GrainId = grain, ReminderName = name, StartAt = silo.Time.GetUtcNow().UtcDateTime + dueTime, Period = period,
        };
        entry.ETag = await table.UpsertRow(entry) ?? throw new OrleansException($"Could not register reminder {name} of {grain}.");
        Run(entry);
        return new Reminder(grain, name, entry.ETag);
    }

    public async Task Unregister(IGrainReminder reminder)
    {
        var own = (Reminder)reminder;
        if (!await table.RemoveRow(own.Grain, own.ReminderName, own.ETag))
        {
            throw new OrleansException($"Could not unregister reminder {own.ReminderName} of {own.Grain}: it was changed or removed before.");
        }

        lock (_gate)
        {
            if (_running.Remove((own.Grain, own.ReminderName), out var running))
            {
                running.Timer?.Dispose();
            }
        }
    }

    public async Task<IGrainReminder?> Get(GrainId grain, string name) =>
        await table.ReadRow(grain, name) is { } entry ? new Reminder(grain, name, entry.ETag!) : null;

    public async Task<List<IGrainReminder>> GetAll(GrainId grain) =>
        [.. (await table.ReadRows(grain)).Reminders.Select(e => new Reminder(grain, e.ReminderName, e.ETag!))];

    private void Run(ReminderEntry entry)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            var key = (entry.GrainId, entry.ReminderName);
            if (_running.Remove(key, out var before))
            {
                before.Timer?.Dispose();
            }

            var now = silo.Time.GetUtcNow().UtcDateTime;
            var running = new Running(entry, silo.Reference<IRemindable>(entry.GrainId));
            _running[key] = running;
            running.Timer = silo.Time.CreateTimer(
                _ => _turns.Enqueue(new TurnAction(_ => _ = TickAsync(running), null)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Wind(running, entry.StartAt >= now ? entry.StartAt : NextAfter(entry, now));
        }
    }

    private async Task TickAsync(Running running)
    {
        try
        {
            // Awaited before the timer is wound again: ticks of one reminder never overlap.
            await running.Grain.ReceiveReminder(
                running.Entry.ReminderName, new TickStatus(running.Entry.StartAt, running.Entry.Period, Later(silo.Time.GetUtcNow().UtcDateTime, running.Due)));
        }
        catch (Exception e)
        {
            silo.Log.LogWarning(e, "Reminder {Name} of {Grain} failed; it comes again.", running.Entry.ReminderName, running.Entry.GrainId);
        }

        lock (_gate)
        {
            if (_running.TryGetValue((running.Entry.GrainId, running.Entry.ReminderName), out var now) && ReferenceEquals(now, running))
            {
                Wind(running, NextAfter(running.Entry, Later(silo.Time.GetUtcNow().UtcDateTime, running.Due)));
            }
        }
    }

    private static DateTime NextAfter(ReminderEntry entry, DateTime time) =>
        time + TimeSpan.FromTicks(entry.Period.Ticks - ((time - entry.StartAt).Ticks % entry.Period.Ticks));

    // The machine's timers fire up to a millisecond early: a tick that is not yet due counts as due, or it would come twice.
    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;

    private void Wind(Running running, DateTime due)
    {
        running.Due = due;
        var wait = due - silo.Time.GetUtcNow().UtcDateTime;
        running.Timer!.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private sealed record Running(ReminderEntry Entry, IRemindable Grain)
    {
        public ITimer? Timer { get; set; }

        public DateTime Due { get; set; }
    }

    [GenerateSerializer, Immutable]
    internal sealed record Reminder([property: Id(0)] GrainId Grain, [property: Id(1)] string ReminderName, [property: Id(2)] string ETag) : IGrainReminder;
}
