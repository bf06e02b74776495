namespace Gateway.Backends;

/// <summary>When an assignment wants to be looked at again; without a time, only when it changes.</summary>
public readonly record struct NextLook(DateTimeOffset? At)
{
    public static NextLook OnChange => default;
}
