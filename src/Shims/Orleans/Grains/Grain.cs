using Microsoft.Extensions.DependencyInjection;

namespace Orleans;

/// <summary>Base of grain classes. Can only be made by the host, which sets its context before the constructor runs.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain() : this(RuntimeContext.Current!)
    {
    }

    protected Grain(IGrainContext grainContext, IGrainRuntime? grainRuntime = null)
    {
        GrainContext = grainContext;
        Runtime = grainRuntime ?? grainContext?.ActivationServices.GetService<IGrainRuntime>();
    }

    public IGrainContext GrainContext { get; }

    public GrainReference GrainReference => GrainContext.GrainReference;

    public string IdentityString => GrainContext.GrainId.ToString();

    public string RuntimeIdentity => Runtime?.SiloIdentity ?? "";

    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    protected IGrainFactory GrainFactory => RequiredRuntime.GrainFactory;

    internal IGrainRuntime? Runtime { get; }

    internal IGrainRuntime RequiredRuntime => Runtime
        ?? throw new InvalidOperationException("The grain was not made by a silo, and no runtime was given to it.");

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation once what runs now has ended; messages still queued go to the next one.</summary>
    protected void DeactivateOnIdle() => RequiredRuntime.DeactivateOnIdle(GrainContext);

    /// <summary>Keeps the activation at least this long when idle; a negative span takes that back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => RequiredRuntime.DelayDeactivation(GrainContext, timeSpan);
}
