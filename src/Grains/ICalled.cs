namespace Grains;

/// <summary>A message that says who asks.</summary>
public interface ICalled
{
    Caller Caller { get; }
}
