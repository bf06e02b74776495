using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>One activation as its host sees it. The parts about migration and raw messages are left out.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    object? GrainInstance { get; }

    ActivationId ActivationId { get; }

    GrainAddress Address { get; }

    IServiceProvider ActivationServices { get; }

    IGrainLifecycle ObservableLifecycle { get; }

    /// <summary>Done once the activation has ended.</summary>
    Task Deactivated { get; }

    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>The activation that the running code belongs to.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}
