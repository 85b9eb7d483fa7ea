package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.HostPolicy;
import dev.diecast.api.v1alpha1.HostReserve;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which hosts, and what is kept free on each. */
final class HostPolicyRules {

  private static final int LARGEST_RESERVE_PERCENT = 90;
  private static final int MOST_REQUIREMENTS = 32;
  private static final int MOST_VALUES = 64;
  private static final Pattern LABEL_KEY =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

  static void check(HostPolicy policy, FieldErrors at) {
    HostReserve reserve = policy.hostReserve();
    FieldErrors reserveAt = at.at("reserve");
    checkPercent(reserve.cpu(), reserveAt.at("cpuPercent"));
    checkPercent(reserve.memory(), reserveAt.at("memoryPercent"));
    checkPercent(reserve.disk(), reserveAt.at("diskPercent"));
    checkPercent(reserve.nic(), reserveAt.at("nicPercent"));
    policy.hostSelector().ifPresent(selector -> checkSelector(selector, at.at("selector")));
  }

  private static void checkPercent(int percent, FieldErrors at) {
    if (percent < 0 || percent > LARGEST_RESERVE_PERCENT) {
      at.refuse("is " + percent + ", and must be from 0 to " + LARGEST_RESERVE_PERCENT);
    }
  }

  private static void checkSelector(LabelSelector selector, FieldErrors at) {
    Map<String, String> labels = selector.getMatchLabels();
    if (labels != null) {
      FieldErrors labelsAt = at.at("matchLabels");
      checkCount(labels.size(), MOST_REQUIREMENTS, labelsAt);
      labels.forEach(
          (key, value) -> {
            checkKey(key, labelsAt);
            checkValue(value, labelsAt.at(String.valueOf(key)));
          });
    }
    List<LabelSelectorRequirement> requirements = selector.getMatchExpressions();
    if (requirements != null) {
      FieldErrors requirementsAt = at.at("matchExpressions");
      checkCount(requirements.size(), MOST_REQUIREMENTS, requirementsAt);
      for (int i = 0; i < requirements.size(); i++) {
        checkRequirement(requirements.get(i), requirementsAt.at(i));
      }
    }
  }

  private static void checkRequirement(LabelSelectorRequirement requirement, FieldErrors at) {
    if (requirement == null) {
      at.refuse("is empty: give key and operator, or take it out");
      return;
    }
    checkKey(requirement.getKey(), at.at("key"));
    List<String> values = requirement.getValues() == null ? List.of() : requirement.getValues();
    String operator = requirement.getOperator() == null ? "" : requirement.getOperator();
    switch (operator) {
      case "In", "NotIn" -> {
        if (values.isEmpty()) {
          at.at("values").refuse("is required with operator " + operator);
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          at.at("values").refuse("goes with In and NotIn: leave it out with " + operator);
        }
      }
      default ->
          at.at("operator")
              .refuse(
                  FieldErrors.quote(operator) + " is not one of In, NotIn, Exists, DoesNotExist");
    }
    checkCount(values.size(), MOST_VALUES, at.at("values"));
    for (int i = 0; i < values.size(); i++) {
      checkValue(values.get(i), at.at("values").at(i));
    }
  }

  private static void checkCount(int count, int most, FieldErrors at) {
    if (count > most) {
      at.refuse("has " + count + " elements, and may have " + most + " at most");
    }
  }

  private static void checkKey(String key, FieldErrors at) {
    if (key == null || !LABEL_KEY.matcher(key).matches()) {
      at.refuse(FieldErrors.quote(String.valueOf(key)) + " is no label's key: write [prefix/]name");
    }
  }

  private static void checkValue(String value, FieldErrors at) {
    if (value == null || !LABEL_VALUE.matcher(value).matches()) {
      at.refuse(
          FieldErrors.quote(String.valueOf(value))
              + " is no label's value: 63 letters, digits, -, _ and . at most");
    }
  }

  private HostPolicyRules() {}
}
