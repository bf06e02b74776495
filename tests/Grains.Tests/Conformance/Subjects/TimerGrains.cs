using System.Diagnostics;

namespace Grains.Tests.Conformance.Subjects;

[GenerateSerializer]
public readonly record struct TickTime([property: Id(0)] long Start, [property: Id(1)] long End);

public interface ITimed : IGrainWithStringKey
{
    Task Start(bool interleave, int periodMs);

    /// <summary>A timer whose ticks last a while.</summary>
    Task StartSlow(int tickMs, int periodMs);

    Task StartFailing();

    Task StartOnce();

    Task StartStopping();

    Task StartChanging();

    /// <summary>Waits until "key:gate", and gives how many ticks ran meanwhile.</summary>
    Task<int> HoldAndCount();

    Task<int> Ticks();

    Task<List<TickTime>> Times();

    Task End();
}

internal sealed class TimedGrain : Grain, ITimed
{
    private readonly List<TickTime> _times = [];
    private IGrainTimer? _timer;
    private bool _inTick;
    private bool _overlapped;

    public Task Start(bool interleave, int periodMs)
    {
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(periodMs)) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartSlow(int tickMs, int periodMs)
    {
        _timer = this.RegisterGrainTimer(
            static async (self, ct) => await self.Grain.SlowTick(self.TickMs, ct), (Grain: this, TickMs: tickMs),
            new GrainTimerCreationOptions(TimeSpan.Zero, TimeSpan.FromMilliseconds(periodMs)) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task StartFailing()
    {
        _timer = this.RegisterGrainTimer(async () =>
        {
            await Tick();
            throw new InvalidOperationException("a failing tick");
        }, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        return Task.CompletedTask;
    }

    public Task StartOnce()
    {
        _timer = this.RegisterGrainTimer(Tick, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StartStopping()
    {
        _timer = this.RegisterGrainTimer(async _ =>
        {
            await Tick();
            _timer!.Dispose();
        }, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        return Task.CompletedTask;
    }

    public Task StartChanging()
    {
        // Never by itself; the change makes it tick.
        _timer = this.RegisterGrainTimer(static self => self.Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task<int> HoldAndCount()
    {
        var before = _times.Count;
        var key = this.GetPrimaryKeyString();
        Signals.Set(key + ":entered");
        await Signals.Wait(key + ":gate");
        return _times.Count - before;
    }

    public Task<int> Ticks() => Task.FromResult(_overlapped ? -1 : _times.Count);

    public Task<List<TickTime>> Times() => Task.FromResult(_times);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task Tick()
    {
        var now = Stopwatch.GetTimestamp();
        _times.Add(new TickTime(now, now));
        Signals.Log(this.GetPrimaryKeyString() + ":ticks", "tick");
        return Task.CompletedTask;
    }

    private async Task SlowTick(int ms, CancellationToken cancellationToken)
    {
        _overlapped |= _inTick;
        _inTick = true;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(ms, cancellationToken);
        _times.Add(new TickTime(start, Stopwatch.GetTimestamp()));
        _inTick = false;
    }
}

public interface IReminded : IGrainWithStringKey
{
    Task Remind(string name, TimeSpan dueTime, TimeSpan period);

    Task<bool> Has(string name);

    Task<List<string>> All();

    Task Forget(string name);

    Task End();
}

internal sealed class RemindedGrain : Grain, IReminded, IRemindable
{
    public Task Remind(string name, TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(name, dueTime, period);

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public async Task<List<string>> All() => [.. (await this.GetReminders()).Select(r => r.ReminderName).Order()];

    public async Task Forget(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Signals.Log(this.GetPrimaryKeyString(), $"{reminderName} {status.Period} {status.CurrentTickTime >= status.FirstTickTime}");
        Signals.Set($"{this.GetPrimaryKeyString()}:{reminderName}");
        return Task.CompletedTask;
    }
}
