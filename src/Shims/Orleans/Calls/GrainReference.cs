using Orleans.Activations;
using Orleans.Calls;
using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>A handle on a grain; one emitted class per interface derives from it. Holds no state of the grain.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    internal GrainMethod[] Methods = [];
    private Silo _silo = null!;
    private GrainInterface _interface = null!;

    internal GrainReference()
    {
    }

    public GrainId GrainId { get; private set; }

    public GrainInterfaceType InterfaceType => _interface.Id;

    public string InterfaceName => _interface.Type.FullName!;

    internal GrainInterface Interface => _interface;

    internal Silo Silo => _silo;

    /// <summary>Where the last message went; looked at first.</summary>
    internal IMessageTarget? LastTarget { get; set; }

    public TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable => this.AsReference<TGrainInterface>();

    public bool Equals(GrainReference? other) => other is not null && GrainId == other.GrainId;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    internal static GrainReference Create(Silo silo, GrainId id, GrainInterface grainInterface)
    {
        var reference = grainInterface.Create();
        reference.GrainId = id;
        reference.Methods = grainInterface.Methods;
        reference._silo = silo;
        reference._interface = grainInterface;
        return reference;
    }

    internal GrainReference CastTo(Type type) => Create(_silo, GrainId, GrainInterface.Of(type));

    internal GrainReference BoundTo(Silo silo) => Create(silo, GrainId, _interface);

    // Called by emitted code.
    internal Task<TResult> Send<TArgs, TResult>(GrainMethod<TArgs, TResult> method, TArgs arguments) where TArgs : struct
    {
        var request = new Request<TArgs, TResult>(this, method, arguments);
        if (_silo.OutgoingFilters.Length > 0)
        {
            return OutgoingCallContext.Run(request, _silo);
        }

        return request.SendNow();
    }

    internal void SendVoid<TArgs, TResult>(GrainMethod<TArgs, TResult> method, TArgs arguments) where TArgs : struct => _ = Send(method, arguments);

    internal ValueTask SendValueTask<TArgs, TResult>(GrainMethod<TArgs, TResult> method, TArgs arguments) where TArgs : struct =>
        new(Send(method, arguments));

    internal ValueTask<TResult> SendValueTaskOf<TArgs, TResult>(GrainMethod<TArgs, TResult> method, TArgs arguments) where TArgs : struct =>
        new(Send(method, arguments));
}
