using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Grains.Tests.Conformance.Subjects;

public interface ICounter : ICounting;

public interface IReentrantCounter : ICounting;

public interface ICounting : IGrainWithStringKey
{
    Task Bump();

    Task<int> Value();

    Task Append(int number);

    Task<List<int>> Appended();

    /// <summary>Sets "key:entered", waits for "key:gate".</summary>
    Task Hold();

    [ReadOnly]
    Task ReadAndHold(string name);

    [AlwaysInterleave]
    Task<string> Peek();

    Task<string> WhereAmI();
}

/// <summary>What the grains of both kinds of reentrancy share.</summary>
internal abstract class CounterBase : Grain
{
    private readonly List<int> _appended = [];
    private int _value;

    public async Task Bump()
    {
        var seen = _value;
        await Task.Yield();
        await Task.Yield();
        _value = seen + 1;
    }

    public Task<int> Value() => Task.FromResult(_value);

    public Task Append(int number)
    {
        _appended.Add(number);
        return Task.CompletedTask;
    }

    public Task<List<int>> Appended() => Task.FromResult(_appended);

    public async Task Hold()
    {
        Signals.Set(this.GetPrimaryKeyString() + ":entered");
        await Signals.Wait(this.GetPrimaryKeyString() + ":gate");
    }

    public async Task ReadAndHold(string name)
    {
        Signals.Set($"{this.GetPrimaryKeyString()}:{name}");
        await Signals.Wait(this.GetPrimaryKeyString() + ":gate");
    }

    public Task<string> Peek() => Task.FromResult("peeked");

    public async Task<string> WhereAmI()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        var between = TaskScheduler.Current;
        await Task.Delay(1);
        var same = ReferenceEquals(before, between) && ReferenceEquals(before, TaskScheduler.Current) && before != TaskScheduler.Default;
        var outside = await Task.Run(() => TaskScheduler.Current == TaskScheduler.Default);
        return $"{same} {outside} {SynchronizationContext.Current is null}";
    }
}

[GrainType("conformance.counter")]
internal sealed class CounterGrain : CounterBase, ICounter;

[Reentrant]
internal sealed class ReentrantCounterGrain : CounterBase, IReentrantCounter;

public interface IChoosy : IGrainWithStringKey
{
    Task Hold();

    Task<string> Say(string word);
}

[MayInterleave(nameof(MayInterleave))]
internal sealed class ChoosyGrain : Grain, IChoosy
{
    public static bool MayInterleave(IInvokable call) => call.GetMethodName() == nameof(Say) && (string?)call.GetArgument(0) == "now";

    public async Task Hold()
    {
        Signals.Set(this.GetPrimaryKeyString() + ":entered");
        await Signals.Wait(this.GetPrimaryKeyString() + ":gate");
    }

    public Task<string> Say(string word) => Task.FromResult(word);
}

public interface IChain : IGrainWithStringKey
{
    /// <summary>Calls the other, which calls back; with a section open, that is let in.</summary>
    Task<string> GoRound(string other, bool allow);

    [ResponseTimeout("00:00:01")]
    Task<string> CallBack(string first);

    Task<string> Touch();
}

internal sealed class ChainGrain : Grain, IChain
{
    public async Task<string> GoRound(string other, bool allow)
    {
        using var section = allow ? RequestContext.AllowCallChainReentrancy() : RequestContext.SuppressCallChainReentrancy();
        return await GrainFactory.GetGrain<IChain>(other).CallBack(this.GetPrimaryKeyString());
    }

    public Task<string> CallBack(string first) => GrainFactory.GetGrain<IChain>(first).Touch();

    public Task<string> Touch() => Task.FromResult("touched");
}

public interface IWorker : IGrainWithIntegerKey
{
    Task<Guid> Hold(string gate);
}

[StatelessWorker(2)]
internal sealed class WorkerGrain : Grain, IWorker
{
    private readonly Guid _id = Guid.NewGuid();

    public async Task<Guid> Hold(string gate)
    {
        Signals.Log(gate, "in");
        await Signals.Wait(gate);
        return _id;
    }
}
