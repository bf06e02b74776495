using Orleans.Concurrency;

namespace Grains.Tests.Conformance.Subjects;

public interface ILived : IGrainWithStringKey
{
    Task<Guid> Life();

    /// <summary>Asks to end, then waits for "key:gate".</summary>
    Task<Guid> EndAndHold();

    Task<Guid> HoldLife();

    [AlwaysInterleave]
    Task EndNow();

    Task<string> Keys();
}

internal sealed class LivedGrain : Grain, ILived
{
    private readonly Guid _life = Guid.NewGuid();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Signals.Log(this.GetPrimaryKeyString(), "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Log(this.GetPrimaryKeyString(), $"deactivated {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<Guid> Life() => Task.FromResult(_life);

    public async Task<Guid> EndAndHold()
    {
        DeactivateOnIdle();
        return await HoldLife();
    }

    public async Task<Guid> HoldLife()
    {
        var key = this.GetPrimaryKeyString();
        Signals.Set(key + ":entered");
        await Signals.Wait(key + ":gate");
        Signals.Log(key, "held call ends");
        return _life;
    }

    public Task EndNow()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<string> Keys() =>
        Task.FromResult($"{this.GetPrimaryKeyString()} {this.GetGrainId()} {GrainContext.GrainId.Type} {this.AsReference<ILived>().GetGrainId()} {GrainReference.GrainId}");
}

public interface IFragile : IGrainWithStringKey
{
    Task<int> Attempts();
}

/// <summary>Its first two activations fail.</summary>
internal sealed class FragileGrain : Grain, IFragile
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        Signals.Log(key, "attempt");
        return Signals.LogOf(key).Length < 3 ? throw new InvalidDataException("not yet") : Task.CompletedTask;
    }

    public Task<int> Attempts() => Task.FromResult(Signals.LogOf(this.GetPrimaryKeyString()).Length);
}

public interface IBrokenConstructor : IGrainWithStringKey
{
    Task Touch();
}

internal sealed class BrokenConstructorGrain : Grain, IBrokenConstructor
{
    public BrokenConstructorGrain() => throw new InvalidDataException("cannot be made");

    public Task Touch() => Task.CompletedTask;
}

public interface IGreeter : IGrainWithIntegerKey
{
    Task<string> Greet();
}

internal sealed class GreeterGrain(Greeting greeting, IGrainFactory factory, TimeProvider time) : Grain, IGreeter
{
    public Task<string> Greet() => Task.FromResult($"{greeting.Text} {this.GetPrimaryKeyLong()} {factory is not null && time is not null}");
}
