using Orleans.Serialization;

namespace Orleans.Copying;

/// <summary>Copies values of one type. Found once per type by <see cref="CopierFactory"/>.</summary>
internal abstract class Copier
{
    /// <summary>The value may be shared within a silo.</summary>
    public abstract bool SharesLocally { get; }

    /// <summary>The value may be shared even between silos: nothing in it can change or be dropped.</summary>
    public abstract bool SharesOnWire { get; }

    /// <summary>There is no serializer for the type.</summary>
    public virtual bool IsMissing => false;

    public abstract object CopyObject(object value, CopyContext context);

    public bool Shares(CopyContext context) => context.Wire ? SharesOnWire : SharesLocally;
}

internal abstract class Copier<T> : Copier
{
    private static Copier<T>? s_instance;

    // Found on first use, not in a static initializer: a type that contains itself must find itself half-built.
    public static Copier<T> Instance => s_instance ??= (Copier<T>)CopierFactory.Get(typeof(T));

    public override bool SharesLocally => false;

    public override bool SharesOnWire => false;

    public abstract T Copy(T value, CopyContext context);

    public override object CopyObject(object value, CopyContext context) => Copy((T)value, context)!;
}

/// <summary>Values that cannot change.</summary>
internal sealed class SharingCopier<T>(bool onWire) : Copier<T>
{
    public override bool SharesLocally => true;

    public override bool SharesOnWire => onWire;

    public override T Copy(T value, CopyContext context) => value;
}

/// <summary>[Immutable] types: shared within a silo, copied between silos.</summary>
internal sealed class ImmutableCopier<T>(Copier<T> members) : Copier<T>
{
    public override bool SharesLocally => true;

    public override bool SharesOnWire => members.SharesOnWire;

    public override T Copy(T value, CopyContext context) => context.Wire ? members.Copy(value, context) : value;
}

/// <summary>A type with no serializer: it may be declared anywhere, and fails when a value of it is sent.</summary>
internal sealed class MissingCopier<T> : Copier<T>
{
    public override bool IsMissing => true;

    public override T Copy(T value, CopyContext context) => value is null ? value : throw Missing(value.GetType());

    internal static CodecNotFoundException Missing(Type type) => new(
        $"Could not find a copier for type {type}. Mark it [GenerateSerializer] and its members [Id], or send another type.");
}

/// <summary>Interfaces and classes that are not sealed: the value's own type decides.</summary>
internal sealed class DispatchingCopier<T>(Copier<T>? own) : Copier<T>
{
    public override T Copy(T value, CopyContext context)
    {
        if (value is null)
        {
            return value;
        }

        if (own is not null && value.GetType() == typeof(T))
        {
            return own.Copy(value, context);
        }

        return value is GrainReference reference
            ? (T)(object)(context.Rebind is { } rebind ? rebind(reference) : reference)
            : (T)CopierFactory.Get(value.GetType(), asRuntimeType: true).CopyObject(value, context);
    }
}

/// <summary>Where compiled copiers come in.</summary>
internal static class Copiers
{
    public static T Copy<T>(T value, CopyContext context) => Copier<T>.Instance.Copy(value, context);

    /// <summary>A copy as it would arrive: within the silo, or over the wire.</summary>
    public static T Detached<T>(T value, bool wire, Func<GrainReference, GrainReference>? rebind = null)
    {
        var copier = Copier<T>.Instance;
        if (wire ? copier.SharesOnWire : copier.SharesLocally)
        {
            return value;
        }

        var context = CopyContext.Rent(wire, rebind);
        try
        {
            return copier.Copy(value, context);
        }
        finally
        {
            context.Return();
        }
    }
}
