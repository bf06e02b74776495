namespace Orleans.Copying;

/// <summary>One copying of one message: which objects were already copied, and how far the copy travels.</summary>
internal sealed class CopyContext
{
    [ThreadStatic] private static CopyContext? s_spare;

    private Dictionary<object, object>? _copies;

    /// <summary>True between silos: then [Immutable] does not share, and references are bound to the other silo.</summary>
    public bool Wire { get; private set; }

    /// <summary>Rebinds references on the wire.</summary>
    public Func<GrainReference, GrainReference>? Rebind { get; private set; }

    public static CopyContext Rent(bool wire = false, Func<GrainReference, GrainReference>? rebind = null)
    {
        var context = s_spare ?? new CopyContext();
        s_spare = null;
        context.Wire = wire;
        context.Rebind = rebind;
        return context;
    }

    public void Return()
    {
        _copies?.Clear();
        Rebind = null;
        s_spare = this;
    }

    /// <summary>Cycles and shared parts stay what they were.</summary>
    public bool TryGetCopy(object original, out object copy)
    {
        copy = null!;
        return _copies is not null && _copies.TryGetValue(original, out copy!);
    }

    public void Record(object original, object copy) => (_copies ??= new(ReferenceEqualityComparer.Instance))[original] = copy;
}
