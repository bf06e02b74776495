using Orleans.Concurrency;
using Orleans.Placement;
using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance.Partial;

public interface ISimulated : ISimulatedMethods;

public interface IRacy : ISimulatedMethods;

public interface ISimulatedMethods : IGrainWithStringKey
{
    /// <summary>Reads, asks a neighbour, writes: with a planted lost update when reentrant.</summary>
    Task BumpAfterAsking(string neighbour);

    Task<int> Value();

    Task<int> Add(int amount);

    /// <summary>Adds, then tells the other at once and awaits nothing: for order.</summary>
    Task SendManyTo(string other, int count);

    Task Note(int number);

    Task<List<int>> Noted();

    Task<string> CatchFrom(string other);

    Task Fail();

    Task<bool> SharesWith(string other);

    Task<bool> IsSame(Frozen value, Guid token);

    Task<Partly> Pass(Partly value);

    Task<Partly> PassThrough(string other, Partly value);

    Task StartTicking(TimeSpan period);

    Task<int> Ticks();

    Task<string> ErrorOfAdd(string other);

    Task<string> Where();
}

internal abstract class SimulatedBase : Grain
{
    private readonly List<int> _noted = [];
    private int _value;
    private int _ticks;

    public async Task BumpAfterAsking(string neighbour)
    {
        var seen = _value;
        await GrainFactory.GetGrain<ISimulated>(neighbour).Value();
        _value = seen + 1;
    }

    public Task<int> Value() => Task.FromResult(_value);

    public Task<int> Add(int amount)
    {
        Signals.Log("added:" + this.GetPrimaryKeyString(), RuntimeIdentity);
        return Task.FromResult(_value += amount);
    }

    public Task SendManyTo(string other, int count)
    {
        var target = GrainFactory.GetGrain<ISimulated>(other);
        return Task.WhenAll(Enumerable.Range(0, count).Select(target.Note));
    }

    public Task Note(int number)
    {
        _noted.Add(number);
        return Task.CompletedTask;
    }

    public Task<List<int>> Noted() => Task.FromResult(_noted);

    public Task Fail() => throw new UnmarkedException("unmarked");

    public async Task<string> CatchFrom(string other)
    {
        try
        {
            await GrainFactory.GetGrain<ISimulated>(other).Fail();
            return "";
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }

    public Task<bool> SharesWith(string other)
    {
        var value = new Frozen { Names = ["a"] };
        return GrainFactory.GetGrain<ISimulated>(other).IsSame(value, Originals.Add(value));
    }

    public Task<bool> IsSame(Frozen value, Guid token) => Task.FromResult(ReferenceEquals(value, Originals.All[token]));

    public Task<Partly> Pass(Partly value) => Task.FromResult(value);

    public Task<Partly> PassThrough(string other, Partly value) => GrainFactory.GetGrain<ISimulated>(other).Pass(value);

    public Task StartTicking(TimeSpan period)
    {
        this.RegisterGrainTimer(() =>
        {
            _ticks++;
            Signals.Log("ticks:" + this.GetPrimaryKeyString(), RuntimeIdentity);
            return Task.CompletedTask;
        }, new GrainTimerCreationOptions(period, period) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public async Task<string> ErrorOfAdd(string other)
    {
        try
        {
            await GrainFactory.GetGrain<ISimulated>(other).Add(1);
            return "";
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

[KeepAlive]
internal sealed class SimulatedGrain : SimulatedBase, ISimulated;

[Reentrant, RandomPlacement]
internal sealed class RacyGrain : SimulatedBase, IRacy;
